package modernbert

import (
	"math"
	"strings"
	"testing"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"

	"llmjp.internal/modernbert/pkg/backend"
	"llmjp.internal/modernbert/pkg/model"
)

// The formulas and the weights agree, part by part and in the sum, whatever is
// switched on.
func TestShares(t *testing.T) {
	biased := Base()
	biased.Layers, biased.NormBias, biased.AttentionBias, biased.MLPBias, biased.ClassifierBias, biased.Tied = 3, true, true, true, true, false
	for _, c := range []*Config{Base(), biased} {
		params := c.Params(model.MaskedLM)
		sum := 0
		for _, s := range c.Shares(params) {
			if s.Want != s.Counted {
				t.Errorf("%s: %s is %d, the weights have %d", s.Part, s.Formula, s.Want, s.Counted)
			}
			sum += s.Counted
		}
		if n := model.Count(params); sum != n {
			t.Errorf("the shares have %d parameters, the model %d", sum, n)
		}
	}
}

func TestSeries(t *testing.T) {
	c := Base()
	if got, want := c.Pattern(), "G l l G l l G l l G l l G l l G l l G l l G"; got != want {
		t.Errorf("pattern %q, want %q", got, want)
	}
	if got := c.Summary(); !strings.HasPrefix(got, "22 layers of width 768, 12 heads of 64") {
		t.Error(got)
	}
	lengths, global := c.PairsByLength(0, 600)
	_, local := c.PairsByLength(1, 600)
	for i, n := range []float64{128, 256, 512} {
		// 129 keys for each query, less those that the ends cut off: 64 + 63 + … + 1 at either.
		if lengths[i] != n || global[i] != n*n || local[i] != 129*n-64*65 {
			t.Errorf("%g tokens: %g, global %g, local %g", n, lengths[i], global[i], local[i])
		}
	}
	_, scores := c.RotatedScores(0, 3)
	want := 0.0
	for i := range 32 {
		want += math.Cos(2*math.Pow(10000, -float64(i)/32)) / 32
	}
	if scores[0] != 1 || math.Abs(scores[2]-want) > 1e-6 {
		t.Errorf("scores %v, want 1, …, %g", scores, want)
	}
}

// The picture of a local layer's mask is what the graph attends to: with equal
// scores and the unit matrix as values the result is the weights.
func TestMaskIsTheGraphs(t *testing.T) {
	b, err := backend.Open()
	if err != nil {
		t.Fatal(err)
	}
	const n, attended = 20, 17
	c := Base()
	c.LocalAttention = 8
	out, err := graph.ExecOnce(b, func(ids, lengths *graph.Node) *graph.Node {
		e := c.newEncoder(nil, model.Inputs{IDs: ids, Lengths: lengths}, model.Options{})
		values := graph.Reshape(graph.ConvertDType(graph.Diagonal(lengths.Graph(), n), dtypes.Float32), 1, 1, n, n)
		return e.localAttention.Attend(graph.ZerosLike(values), graph.ZerosLike(values), values)
	}, tensors.FromFlatDataAndDimensions(make([]int32, n), 1, n), []int32{attended})
	if err != nil {
		t.Fatal(err)
	}
	weights, err := tensors.CopyFlatData[float32](out)
	if err != nil {
		t.Fatal(err)
	}
	for i, row := range c.Mask(1, n, attended) {
		for j, x := range row {
			if (weights[i*n+j] > 0) != (x == 1) {
				t.Fatalf("query %d, key %d: the picture has %g, the graph's weight is %g", i, j, x, weights[i*n+j])
			}
		}
	}
}

func TestPairs(t *testing.T) {
	c := Base()
	c.LocalAttention = 8
	for layer, want := range []int{20 * 20, 20*9 - 2*(1+2+3+4)} {
		pairs := 0
		for _, row := range c.Mask(layer, 20, 20) {
			for _, x := range row {
				pairs += int(x)
			}
		}
		if got := c.Pairs(layer, 20); got != want || pairs != want {
			t.Errorf("layer %d: %d pairs, %d in the picture, want %d", layer, got, pairs, want)
		}
	}
}
