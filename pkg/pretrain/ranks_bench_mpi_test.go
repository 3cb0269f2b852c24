//go:build mpi

package pretrain

import (
	"fmt"
	"path/filepath"
	"slices"
	"testing"

	"llmjp.internal/modernbert/pkg/run"
)

// BenchmarkOneCoreRanks trains the small preset in one process on two cores and in
// two ranks on one core each, in turns, and reports the median rates and their
// ratio. The batches are the preset's 8 windows, and 32: the exchange and the
// optimizer, which every rank runs whole, are a smaller share of a larger step.
func BenchmarkOneCoreRanks(b *testing.B) {
	for _, batch := range []int{8, 32} {
		b.Run(fmt.Sprintf("batch=%d", batch), func(b *testing.B) {
			var one, two []float64
			for b.Loop() {
				one = append(one, rankRates(b, launch{ranks: 1, environ: []string{"CORES_0=0,1"}}, batch)...)
				two = append(two, rankRates(b, launch{ranks: 2, environ: []string{"CORES_0=0", "CORES_1=1"}}, batch)...)
			}
			b.ReportMetric(median(one), "tokens/s-one-process")
			b.ReportMetric(median(two), "tokens/s-two-ranks")
			b.ReportMetric(median(two)/median(one), "ratio")
			b.Logf("one process: %.0f to %.0f tokens/s; two ranks: %.0f to %.0f", slices.Min(one), slices.Max(one), slices.Min(two), slices.Max(two))
		})
	}
}

// rankRates runs some steps of the small preset and returns the tokens a second of
// each, without the first three, which compile.
func rankRates(b *testing.B, l launch, batch int) (rates []float64) {
	b.Helper()
	opt := options(b)
	opt.Data = []string{projectPath(b, "data", "corpus", "valid.jsonl.gz")}
	s, err := Preset("small", 1)
	if err != nil {
		b.Fatal(err)
	}
	for _, a := range []string{fmt.Sprintf("batch_size=%d", batch), "micro_tokens=8192", "checkpoint_steps=", "checkpoint_every=0", "rolling_every=0",
		"eval_every=0", "retrieval_every=0"} {
		if err := s.Set(a); err != nil {
			b.Fatal(err)
		}
	}
	opt.Settings, opt.Steps = s, 9
	l.run(b, opt)
	for _, line := range readLines[run.Line](b, filepath.Join(opt.Output, run.LogFile))[3:] {
		rates = append(rates, float64(line.Tokens)/line.Seconds)
	}
	return rates
}

func median(x []float64) float64 {
	sorted := slices.Sorted(slices.Values(x))
	return sorted[len(sorted)/2]
}
