package metric

import (
	"math/rand/v2"
	"testing"
)

// The paper's size: 4,000 embeddings of 768 numbers.
func BenchmarkUniformity(b *testing.B) {
	const rows, dim = 4000, 768
	rng := rand.New(rand.NewPCG(1, 2))
	numbers := make([]float32, rows*dim)
	for i := range numbers {
		numbers[i] = float32(rng.NormFloat64())
	}
	e, err := Normalize(numbers, dim)
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		Uniformity(e)
	}
}
