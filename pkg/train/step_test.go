package train

import (
	"encoding/json"
	"errors"
	"math"
	"os"
	"slices"
	"strings"
	"testing"

	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"

	"llmjp.internal/modernbert/pkg/backend"
	"llmjp.internal/modernbert/pkg/model"
)

// golden is testdata/adamw.json, written by adamw.py.
type golden struct {
	Shapes map[string][]int
	Start  model.Values
	Steps  []struct {
		X, Y           [][]float32
		Loss, Norm, LR float64
		Weights        model.Values
	}
}

func readGolden(t *testing.T) (g golden, params []model.Param) {
	t.Helper()
	data, err := os.ReadFile("testdata/adamw.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, &g); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"dense.weight", "dense.bias", "norm.weight", "LayerNorm.weight"} {
		params = append(params, model.Param{Name: name, Shape: g.Shapes[name]})
	}
	return g, params
}

// toyLoss is the sum of squared errors of adamw.py's model.
func toyLoss(w model.Weights, batch []*Node) (sum, extra *Node) {
	x, y := batch[0], batch[1]
	h := Tanh(Add(DotGeneral(x, []int{1}, nil, w.Get("dense.weight"), []int{1}, nil), InsertAxes(w.Get("dense.bias"), 0)))
	h = Add(Mul(h, InsertAxes(w.Get("norm.weight"), 0)), InsertAxes(w.Get("LayerNorm.weight"), 0))
	return ReduceAllSum(Square(Sub(h, y))), nil
}

func toyStep(t *testing.T, params []model.Param, start model.Values) *Step {
	t.Helper()
	b, err := backend.Open()
	if err != nil {
		t.Fatal(err)
	}
	optimizer := AdamW{Beta1: 0.9, Beta2: 0.98, Eps: 1e-6, WeightDecay: 0.1, Clip: 8.5}
	s, err := NewStep(b, params, toyLoss, optimizer, 1)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	if err := s.SetState(State{Weights: start}); err != nil {
		t.Fatal(err)
	}
	return s
}

func toyBatch(x, y []float32, scale float64) MicroBatch {
	n := len(x) / 4
	return MicroBatch{Inputs: []*tensors.Tensor{
		tensors.FromFlatDataAndDimensions(x, n, 4),
		tensors.FromFlatDataAndDimensions(y, n, 3),
	}, Scale: scale}
}

// Ten updates equal torch's: losses, gradient norms, rates, weights. They do so
// too where one program updates all weights, and where one makes the step, as
// on a GPU.
func TestStepEqualsTorch(t *testing.T) {
	stepEqualsTorch(t, false, false)
	stepEqualsTorch(t, true, false)
	stepEqualsTorch(t, true, true)
}

func stepEqualsTorch(t *testing.T, atOnce, oneBatch bool) {
	g, params := readGolden(t)
	s := toyStep(t, params, g.Start)
	s.atOnce = atOnce
	schedule := Schedule{Peak: 0.05, Warmup: 3, Total: 12}
	clipped := 0
	for k, want := range g.Steps {
		lr := schedule.At(k + 1)
		near(t, k, "lr", lr, want.LR, 1e-12)
		if oneBatch {
			want.X, want.Y = [][]float32{slices.Concat(want.X...)}, [][]float32{slices.Concat(want.Y...)}
		}
		var batches []MicroBatch
		for i := range want.X {
			batches = append(batches, toyBatch(want.X[i], want.Y[i], 1.0/10))
		}
		got, err := s.Do(lr, batches)
		if err != nil {
			t.Fatal(err)
		}
		near(t, k, "loss", got.Objective, want.Loss, 1e-5)
		near(t, k, "sum", got.Sum, 10*want.Loss, 1e-5)
		near(t, k, "norm", got.GradNorm, want.Norm, 1e-5)
		if want.Norm > s.optimizer.Clip {
			clipped++
		}
		state, err := s.State()
		if err != nil {
			t.Fatal(err)
		}
		for name, values := range want.Weights {
			for i, x := range values {
				near(t, k, name, float64(state.Weights[name][i]), float64(x), 2e-6)
			}
		}
	}
	if clipped == 0 || clipped == len(g.Steps) {
		t.Errorf("%d of %d steps were clipped: the golden file tests one case only", clipped, len(g.Steps))
	}
}

// What Prepare has compiled is what the step then runs: no loss is built again.
func TestPrepare(t *testing.T) {
	g, params := readGolden(t)
	b, err := backend.Open()
	if err != nil {
		t.Fatal(err)
	}
	step := g.Steps[0]
	for _, atOnce := range []bool{false, true} {
		for _, parts := range []int{1, 2} {
			built := 0
			s, err := NewStep(b, params, func(w model.Weights, batch []*Node) (sum, extra *Node) {
				built++
				return toyLoss(w, batch)
			}, AdamW{Beta1: 0.9, Beta2: 0.98, Eps: 1e-6}, 1)
			if err != nil {
				t.Fatal(err)
			}
			s.atOnce = atOnce
			if err := s.SetState(State{Weights: g.Start}); err != nil {
				t.Fatal(err)
			}
			batches := func() (all []MicroBatch) {
				for range parts {
					all = append(all, toyBatch(step.X[0], step.Y[0], 0.1))
				}
				return all
			}
			if err := s.Prepare(batches()); err != nil {
				t.Fatal(err)
			}
			prepared := built
			if _, err := s.Do(0.01, batches()); err != nil {
				t.Fatal(err)
			}
			if prepared != 1 || built != 1 {
				t.Errorf("at once %v, %d micro-batches: %d graphs were prepared, %d built in all", atOnce, parts, prepared, built)
			}
			s.Close()
		}
	}
}

// A gradient that is not finite leaves weights and state as they were.
func TestStepStopsAtNaN(t *testing.T) {
	for _, atOnce := range []bool{false, true} {
		stepStopsAtNaN(t, atOnce)
	}
}

func stepStopsAtNaN(t *testing.T, atOnce bool) {
	g, params := readGolden(t)
	s := toyStep(t, params, g.Start)
	s.atOnce = atOnce
	x := append([]float32(nil), g.Steps[0].X[0]...)
	x[0] = float32(math.NaN())
	got, err := s.Do(0.1, []MicroBatch{toyBatch(x, g.Steps[0].Y[0], 0.1)})
	if err != nil || got.Finite() {
		t.Fatalf("outcome %+v, error %v", got, err)
	}
	state, err := s.State()
	if err != nil {
		t.Fatal(err)
	}
	if state.Updates != 0 {
		t.Errorf("%d updates were counted", state.Updates)
	}
	for name, values := range g.Start {
		if !slices.Equal(state.Weights[name], values) {
			t.Errorf("%s was updated", name)
		}
		if slices.ContainsFunc(slices.Concat(state.First[name], state.Second[name]), func(x float32) bool { return x != 0 }) {
			t.Errorf("the moments of %s were updated", name)
		}
	}
}

// A state that is taken off the device and put back goes on bit for bit.
func TestStateRoundTrip(t *testing.T) {
	g, params := readGolden(t)
	run := func(atOnce, interrupted bool) State {
		s := toyStep(t, params, g.Start)
		s.atOnce = atOnce
		for k, step := range g.Steps {
			if interrupted && k == 4 {
				state, err := s.State()
				if err != nil {
					t.Fatal(err)
				}
				s = toyStep(t, params, g.Start)
				s.atOnce = atOnce
				if err := s.SetState(state); err != nil {
					t.Fatal(err)
				}
			}
			if _, err := s.Do(0.01, []MicroBatch{toyBatch(step.X[0], step.Y[0], 0.1)}); err != nil {
				t.Fatal(err)
			}
		}
		state, err := s.State()
		if err != nil {
			t.Fatal(err)
		}
		return state
	}
	for _, atOnce := range []bool{false, true} {
		a, b := run(atOnce, false), run(atOnce, true)
		for _, pair := range [][2]model.Values{{a.Weights, b.Weights}, {a.First, b.First}, {a.Second, b.Second}} {
			for name, values := range pair[0] {
				for i, x := range values {
					if math.Float32bits(x) != math.Float32bits(pair[1][name][i]) {
						t.Fatalf("%s[%d]: %g, after a restart %g", name, i, x, pair[1][name][i])
					}
				}
			}
		}
	}
}

func TestSchedule(t *testing.T) {
	s := Schedule{Peak: 5e-4, Warmup: 24000, Total: 500000}
	for k, want := range map[int]float64{
		1: 0, 12001: 2.5e-4, 24000: 5e-4 * 23999 / 24000, 24001: 5e-4, 262001: 2.5e-4, 500000: 5e-4 / 476000, 500001: 0,
	} {
		near(t, k, "lr", s.At(k), want, 1e-15)
	}
	near(t, 1, "lr without warm-up", Schedule{Peak: 1, Total: 4}.At(1), 1, 0)
}

func TestDecayed(t *testing.T) {
	for name, want := range map[string]bool{
		"decoder.bias": false, "bert.encoder.layer.0.output.LayerNorm.weight": false,
		"model.final_norm.weight": true, "model.embeddings.tok_embeddings.weight": true,
	} {
		if got := Decayed(name); got != want {
			t.Errorf("Decayed(%s) = %v", name, got)
		}
	}
}

func near(t *testing.T, k int, what string, got, want, tolerance float64) {
	t.Helper()
	if !(math.Abs(got-want) <= tolerance*math.Max(1, math.Abs(want))) {
		t.Errorf("step %d: %s %.9g, want %.9g", k+1, what, got, want)
	}
}

// A program that fails takes nothing of the step's with it: inputs, gradients and
// sums are freed, the weights stay, and the next step runs.
func TestErrorsFreeTensors(t *testing.T) {
	g, params := readGolden(t)
	for _, test := range []struct {
		name   string
		of     func(s *Step) *program
		atOnce bool
		calls  int // until the program fails
	}{
		{"the first gradient", func(s *Step) *program { return s.gradient }, false, 0},
		{"the second gradient", func(s *Step) *program { return s.gradient }, false, 1},
		{"the sum", func(s *Step) *program { return s.add }, false, 0},
		{"the norm", func(s *Step) *program { return s.measure }, false, 0},
		{"the second update", func(s *Step) *program { return s.update }, false, 1},
		{"the whole step", func(s *Step) *program { return s.whole }, true, 0},
	} {
		s := toyStep(t, params, g.Start)
		s.atOnce = test.atOnce
		var made []*tensors.Tensor
		failing, left := test.of(s), test.calls
		for _, p := range []*program{s.gradient, s.add, s.measure, s.update, s.whole} {
			execute := p.execute
			p.execute = func(args ...any) ([]*tensors.Tensor, error) {
				if p == failing {
					if left--; left == -1 {
						return nil, errors.New("out of memory")
					}
				}
				out, err := execute(args...)
				made = append(made, out...)
				return out, err
			}
		}
		batches := func() (all []MicroBatch) {
			for i := range 2 {
				if test.atOnce && i == 1 {
					break
				}
				all = append(all, toyBatch(g.Steps[0].X[i], g.Steps[0].Y[i], 0.1))
			}
			return all
		}
		given := batches()
		if _, err := s.Do(0.01, given); err == nil || !strings.Contains(err.Error(), "out of memory") {
			t.Errorf("%s: error %v", test.name, err)
		}
		for _, batch := range given {
			made = append(made, batch.Inputs...)
		}
		kept := map[*tensors.Tensor]bool{}
		for _, x := range slices.Concat(s.weights, s.first, s.second) {
			kept[x[0]] = true
			if !x[0].Ok() {
				t.Errorf("%s: a weight or moment %s was freed", test.name, x[0].Shape())
			}
		}
		for _, x := range made {
			if x.Ok() && !kept[x] {
				t.Errorf("%s: a tensor %s was not freed", test.name, x.Shape())
			}
		}
		if _, err := s.Do(0.01, batches()); err != nil {
			t.Errorf("%s: the next step: %v", test.name, err)
		}
	}
}
