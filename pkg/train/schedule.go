package train

// A Schedule is the learning rate over a run: linear warm-up from 0, then linear decay
// to 0 (paper Table 1; transformers' get_linear_schedule_with_warmup).
type Schedule struct {
	Peak          float64
	Warmup, Total int // updates
}

// At returns the rate of update k, from 1. The first update of a warm-up has rate 0,
// and so have updates after Total.
func (s Schedule) At(k int) float64 {
	done := k - 1
	switch {
	case done < s.Warmup:
		return s.Peak * float64(done) / float64(s.Warmup)
	case done >= s.Total:
		return 0
	default:
		return s.Peak * float64(s.Total-done) / float64(s.Total-s.Warmup)
	}
}
