package figure

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"gonum.org/v1/plot"
)

// ticks marks an axis at about so many round numbers.
type ticks struct {
	about  int
	format func(float64) string // nil for plain numbers
}

// with returns the same marker with fewer ticks.
func (t ticks) with(about int) plot.Ticker { return ticks{about, t.format} }

func (t ticks) Ticks(low, high float64) []plot.Tick {
	step := niceStep((high - low) / float64(max(t.about, 1)))
	decimals := max(0, -int(math.Floor(math.Log10(step)+1e-9)))
	var out []plot.Tick
	for k := math.Ceil(low/step - 1e-9); k*step <= high+step*1e-9; k++ {
		x := k*step + 0 // + 0 turns -0 into 0
		label := strconv.FormatFloat(x, 'f', decimals, 64)
		switch {
		case t.format != nil:
			label = t.format(x)
		case step >= 1000:
			label = short(x)
		}
		out = append(out, plot.Tick{Value: x, Label: minus(label)})
	}
	return out
}

// niceStep returns 1, 2 or 5 times a power of ten, the nearest to x by ratio.
func niceStep(x float64) float64 {
	power := math.Pow(10, math.Floor(math.Log10(x)))
	switch m := x / power; {
	case m < math.Sqrt(2):
		return power
	case m < math.Sqrt(10):
		return 2 * power
	case m < math.Sqrt(50):
		return 5 * power
	default:
		return 10 * power
	}
}

// logTicks marks 1, 10, 100, … and, where these are few, 2 and 5 between them,
// on an axis over decimal logarithms.
type logTicks struct{}

func (logTicks) Ticks(low, high float64) []plot.Tick {
	low, high = math.Pow(10, low), math.Pow(10, high)
	few := math.Log10(high/low) < 2.5
	var out []plot.Tick
	for e := math.Floor(math.Log10(low)); e <= math.Ceil(math.Log10(high)); e++ {
		for m := 1.0; m < 10; m++ {
			x := m * math.Pow(10, e)
			if x < low*(1-1e-9) || x > high*(1+1e-9) {
				continue
			}
			t := plot.Tick{Value: math.Log10(x)}
			if m == 1 || few && (m == 2 || m == 5) {
				t.Label = short(x)
			}
			out = append(out, t)
		}
	}
	return out
}

// at marks given values, such as powers of two; an empty label leaves a short
// mark. On a logarithmic axis the values are not logarithms.
type at struct {
	values      []float64
	format      func(float64) string
	logarithmic bool
}

func (a at) Ticks(_, _ float64) []plot.Tick {
	out := make([]plot.Tick, len(a.values))
	for i, x := range a.values {
		out[i] = plot.Tick{Value: scaled(a.logarithmic, x), Label: a.format(x)}
	}
	return out
}

// minus writes a number's hyphen as the sign.
func minus(number string) string { return strings.Replace(number, "-", "\u2212", 1) }

// whole writes a number without a fraction.
func whole(x float64) string { return fmt.Sprintf("%.0f", x) }

// short writes a number with k, M, G, T for its thousands.
func short(x float64) string {
	for _, unit := range []struct {
		size float64
		name string
	}{{1e12, "T"}, {1e9, "G"}, {1e6, "M"}, {1e3, "k"}} {
		if math.Abs(x) >= unit.size*0.9999 {
			return fmt.Sprintf("%.4g%s", x/unit.size, unit.name)
		}
	}
	return fmt.Sprintf("%.4g", x)
}

// span widens the range of values so that marks do not touch the frame.
func span(low, high, margin float64) (float64, float64) {
	if low == high {
		return low - 0.5, high + 0.5
	}
	d := (high - low) * margin
	return low - d, high + d
}
