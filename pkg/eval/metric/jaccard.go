package metric

// Sets holds the distinct pieces of texts, with an index from piece to texts.
type Sets struct {
	sizes  []int
	having map[string][]int32 // the texts that hold a piece, ascending
}

// NewSets takes each text's pieces ([Words] or [Chars]) as a set.
func NewSets(pieces [][]string) *Sets {
	s := &Sets{sizes: make([]int, len(pieces)), having: map[string][]int32{}}
	for i, list := range pieces {
		for _, piece := range list {
			texts := s.having[piece]
			if n := len(texts); n > 0 && texts[n-1] == int32(i) {
				continue
			}
			s.having[piece] = append(texts, int32(i))
			s.sizes[i]++
		}
	}
	return s
}

// Similarities returns |A∩B| / |A∪B| of a query's pieces with each text's, and 0
// for two empty sets.
func (s *Sets) Similarities(pieces []string) []float64 {
	common := make([]int32, len(s.sizes))
	distinct := map[string]bool{}
	for _, piece := range pieces {
		if distinct[piece] {
			continue
		}
		distinct[piece] = true
		for _, i := range s.having[piece] {
			common[i]++
		}
	}
	out := make([]float64, len(s.sizes))
	for i, n := range common {
		if n > 0 {
			out[i] = float64(n) / float64(len(distinct)+s.sizes[i]-int(n))
		}
	}
	return out
}
