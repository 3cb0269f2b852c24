package metric

import (
	"math"
	"math/rand/v2"
	"testing"
)

func TestMedianInterval(t *testing.T) {
	ten := []float64{10, 9, 8, 7, 6, 5, 4, 3, 2, 1}
	// The second and the ninth of ten cover the median with 97.9 %, the next pair with 89 %.
	if low, median, high := MedianInterval(ten); low != 2 || median != 5.5 || high != 9 {
		t.Errorf("%v %v %v, want 2 5.5 9", low, median, high)
	}
	if low, median, high := MedianInterval(ten[:5]); !math.IsInf(low, -1) || median != 8 || !math.IsInf(high, 1) {
		t.Errorf("%v %v %v, want an infinite interval around 8", low, median, high)
	}
}

// Wilson's interval for 8 of 10 is tabulated.
func TestIntervals(t *testing.T) {
	if low, high := ShareInterval(8, 10); math.Abs(low-0.4902) > 1e-4 || math.Abs(high-0.9433) > 1e-4 {
		t.Errorf("8 of 10: %.4f to %.4f", low, high)
	}
	if low, high := ShareInterval(0, 0); low != 0 || high != 1 {
		t.Errorf("0 of 0: %v to %v", low, high)
	}
	// sqrt((0.25 + 0.21) / 100)
	if e := DifferenceError(0.5, 0.3, 100); math.Abs(e-0.067823) > 1e-6 {
		t.Errorf("standard error %.6f", e)
	}
	if Significant(0.19, 0.1) || !Significant(-0.2, 0.1) {
		t.Error("the bound of 95 % is not 1.96 standard errors")
	}
}

// Where distances are exponential, as Hanley and McNeil assume, the standard
// error is the deviation of Closer over many samples.
func TestCloserError(t *testing.T) {
	const m, n, samples = 40, 60, 4000
	rng := rand.New(rand.NewPCG(1, 2))
	var sum, squares float64
	for range samples {
		positive, random := make([]float32, m), make([]float32, n)
		for i := range positive {
			positive[i] = float32(rng.ExpFloat64())
		}
		for i := range random {
			random[i] = float32(4 * rng.ExpFloat64())
		}
		c := Closer(positive, random)
		sum, squares = sum+c, squares+c*c
	}
	mean := sum / samples
	deviation := math.Sqrt(squares/samples - mean*mean)
	if math.Abs(mean-0.8) > 0.005 { // 4 / (1 + 4)
		t.Errorf("mean %.4f, want 0.8", mean)
	}
	// the deviation of 4,000 samples is known to 1.1 %, two of that
	if e := CloserError(0.8, m, n); math.Abs(e/deviation-1) > 0.025 {
		t.Errorf("standard error %.4f, the deviation is %.4f", e, deviation)
	}
}

func TestCloser(t *testing.T) {
	for _, c := range []struct {
		positive, random []float32
		want             float64
	}{
		{[]float32{0, 0.1}, []float32{0.2, 0.3}, 1},
		{[]float32{0.5}, []float32{0.1, 0.2}, 0},
		{[]float32{0.2, 0.2}, []float32{0.2}, 0.5},
		{[]float32{0.1, 0.3}, []float32{0.2, 0.3, 0.3}, (3 + 1) / 6.}, // 3 closer, then two ties
	} {
		brute := 0.0
		for _, x := range c.positive {
			for _, y := range c.random {
				switch {
				case x < y:
					brute++
				case x == y:
					brute += 0.5
				}
			}
		}
		if got := Closer(c.positive, c.random); math.Abs(got-c.want) > 1e-12 || math.Abs(got-brute/float64(len(c.positive)*len(c.random))) > 1e-12 {
			t.Errorf("%v, %v: %v, want %v", c.positive, c.random, got, c.want)
		}
	}
}

func TestDistanceUniformity(t *testing.T) {
	if got, want := DistanceUniformity([]float32{0, 0.5, 2}), math.Log((1+math.Exp(-1)+math.Exp(-4))/3); math.Abs(got-want) > 1e-12 {
		t.Errorf("%v, want %v", got, want)
	}
}
