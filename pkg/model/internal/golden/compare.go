package golden

import (
	"math"
	"slices"
	"strings"
	"testing"
)

// Tolerances in float32, in standard deviations of the compared tensor.
const (
	Forward  = 1e-4
	Gradient = 1e-3
)

// atMost is how many times as far from float32 a result in bfloat16 may be as
// torch's under autocast. The two round in different places, so that one tensor is
// nearer here and another there; with a bias that was added after rounding it was up
// to 3.6 times as far.
const atMost = 2

// compare wants every element of a result within its tolerance of transformers'.
// It leaves padded positions of [batch, seq, …] tensors out: they mean nothing.
func (c Case) compare(t *testing.T, name string, values []float32) {
	t.Helper()
	want, tolerance := c.tensors[name], Forward
	if strings.HasPrefix(name, "g/") {
		tolerance = Gradient
	}
	if len(values) != len(want.data) {
		t.Errorf("%s: %d elements, transformers has %d", name, len(values), len(want.data))
		return
	}
	attended := func(int) bool { return true }
	if ids := c.tensors["ids"].shape; len(want.shape) == 3 && slices.Equal(want.shape[:2], ids) {
		lengths := c.tensors["lengths"].data
		attended = func(i int) bool { return i/want.shape[2]%ids[1] < int(lengths[i/want.shape[2]/ids[1]]) }
	}
	var n, sum, squares, worst float64
	for i, x := range want.data {
		if attended(i) {
			n, sum, squares = n+1, sum+float64(x), squares+float64(x)*float64(x)
			difference := math.Abs(float64(values[i]) - float64(x))
			if difference > worst || math.IsNaN(difference) {
				worst = difference
			}
		}
	}
	std := math.Sqrt(max(squares/n-(sum/n)*(sum/n), 0))
	if n == 1 {
		std = math.Abs(sum)
	}
	if strings.HasSuffix(name, keyBias) {
		std = c.rms(ofQuery(name))
	}
	if !(worst <= tolerance*std+1e-9) {
		t.Errorf("%s: off by %.3g, that is %.2g standard deviations (%.3g), allowed are %g", name, worst, worst/std, std, tolerance)
	}
}

// keyBias ends the names of biases that move all scores of a query alike, so that
// their gradients are 0 but for rounding.
const keyBias = "self.key.bias"

// ofQuery returns the name of the query's bias for a key's, any other name as it is.
func ofQuery(name string) string {
	if strings.HasSuffix(name, keyBias) {
		return strings.Replace(name, "key", "query", 1)
	}
	return name
}

// rms returns the root mean square of a tensor.
func (c Case) rms(name string) float64 {
	data := c.tensors[name].data
	return apart(data, make([]float32, len(data)))
}

// compareRounded wants a result in bfloat16 as near to float32 as torch's under
// autocast, and rounded at all.
func (c Case) compareRounded(t *testing.T, name string, values []float32) {
	t.Helper()
	exact, rounded := c.tensors[name].data, c.rounded[name].data
	if len(values) != len(exact) {
		t.Errorf("%s: %d elements, transformers has %d", name, len(values), len(exact))
		return
	}
	if name == "logits" {
		values = slices.Clone(values)
		for i, x := range exact {
			if x == 0 && rounded[i] == 0 { // padding
				values[i] = 0
			}
		}
	}
	like := ofQuery(name)
	ours, torch, size := apart(values, exact), apart(c.rounded[like].data, c.tensors[like].data), c.rms(like)
	if !(ours <= atMost*torch+1e-4*size) {
		t.Errorf("%s: %.2g of its size off the float32 values, torch's autocast %.2g", name, ours/size, torch/size)
	}
	if name == "logits" && ours < torch/4 {
		t.Errorf("%s: %.2g of its size off the float32 values, torch's autocast %.2g: are products rounded to bfloat16?", name, ours/size, torch/size)
	}
}

// apart returns the root mean square of a-b.
func apart(a, b []float32) float64 {
	squares := 0.0
	for i := range a {
		squares += math.Pow(float64(a[i])-float64(b[i]), 2)
	}
	return math.Sqrt(squares / float64(len(a)))
}
