package text_test

import (
	"testing"

	"llmjp.internal/modernbert/pkg/text"
)

func BenchmarkOpen(b *testing.B) {
	for b.Loop() {
		if _, err := text.Open(ours); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkEncode(b *testing.B) {
	for name, dir := range map[string]string{"unigram": ours, "wordpiece": wordPiece} {
		b.Run(name, func(b *testing.B) {
			tok := open(b, dir)
			bytes, tokens := 0, 0
			var inputs []string
			for _, g := range cases(b) {
				if g.Text != nil {
					inputs = append(inputs, *g.Text)
					bytes += len(*g.Text)
				}
			}
			b.SetBytes(int64(bytes))
			for b.Loop() {
				for _, s := range inputs {
					e, err := tok.Encode(s, true, 0)
					if err != nil {
						b.Fatal(err)
					}
					tokens += len(e.IDs)
				}
			}
			b.ReportMetric(float64(tokens)/b.Elapsed().Seconds(), "tokens/s")
		})
	}
}
