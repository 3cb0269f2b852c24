package metric

// Texts holds strings prepared for comparing them with each other: their code
// points, numbered from 0 over all of them.
type Texts struct {
	ids      [][]int32
	alphabet map[rune]int32
}

// NewTexts prepares strings for [Texts.Distances].
func NewTexts(texts []string) *Texts {
	t := &Texts{alphabet: map[rune]int32{}}
	t.ids = t.number(texts)
	return t
}

func (t *Texts) number(texts []string) [][]int32 {
	ids := make([][]int32, len(texts))
	for i, text := range texts {
		for _, r := range text {
			id, ok := t.alphabet[r]
			if !ok {
				id = int32(len(t.alphabet))
				t.alphabet[r] = id
			}
			ids[i] = append(ids[i], id)
		}
	}
	return ids
}

// Distances returns the Levenshtein distance in code points, not normalised,
// from each query to each of the texts: [query][text]. Rows are computed on
// all processors.
func (t *Texts) Distances(queries []string) [][]int {
	ids := t.number(queries)
	out := make([][]int, len(queries))
	parallel(len(queries), func(next func() (int, bool)) {
		p := newPattern(len(t.alphabet))
		for q, ok := next(); ok; q, ok = next() {
			p.set(ids[q])
			out[q] = make([]int, len(t.ids))
			for i, text := range t.ids {
				out[q][i] = p.distance(text)
			}
		}
	})
	return out
}

// Levenshtein returns the least number of code points to insert, delete or
// replace that turns a into b.
func Levenshtein(a, b string) int {
	return NewTexts([]string{b}).Distances([]string{a})[0][0]
}
