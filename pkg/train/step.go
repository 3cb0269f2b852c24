package train

import (
	"fmt"
	"math"

	"github.com/gomlx/compute"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"

	"llmjp.internal/modernbert/pkg/model"
)

// Loss builds the loss of a micro-batch on the graph. It returns scalars: the
// sum of the losses of its items, and a second sum to be counted along, such as
// correct answers (nil if there is none).
type Loss func(w model.Weights, batch []*graph.Node) (sum, extra *graph.Node)

// MicroBatch is what one execution of the gradient's graph takes in. Scale
// multiplies its sum of losses in the objective: with 1/n, n the items of all
// micro-batches of a step, the objective is the mean over these items.
type MicroBatch struct {
	Inputs []*tensors.Tensor
	Scale  float64
}

// Outcome is what a step has measured.
type Outcome struct {
	Objective float64 // sum over micro-batches of Scale·sum: what was minimised
	Sum       float64 // of the losses of all items
	Extra     float64
	GradNorm  float64 // global L2 norm of the objective's gradient before clipping
}

// Finite says whether the update could be made.
func (o Outcome) Finite() bool {
	sum := o.GradNorm + o.Objective + o.Sum
	return !math.IsNaN(sum) && !math.IsInf(sum, 0)
}

// Step is a model being trained: its weights, the optimizer's state, and the
// compiled graphs that update them. Weights and state are float32 whatever the
// dtype of the computation.
type Step struct {
	params    []model.Param
	optimizer AdamW
	mesh      *mesh
	splits    map[int]bool // inputs of a micro-batch that are split among devices

	updates                int
	weights, first, second []spread // in the order of params

	gradient *program // weights, inputs, scale -> gradients, tallies
	add      *program // gradients and tallies, twice -> their sums
	measure  *program // gradients, tallies -> clip's scale, [norm, tallies]
	update   *program // one weight's weight, moments, gradient, scale, factors -> weight, moments
}

// NewStep prepares training of the weights params by a loss. With several
// devices each micro-batch is shared among them: the inputs whose numbers are
// in split are cut along their first axis, the others copied.
func NewStep(backend compute.Backend, params []model.Param, loss Loss, optimizer AdamW, devices int, split ...int) (*Step, error) {
	mesh, err := newMesh(backend, devices)
	if err != nil {
		return nil, err
	}
	s := &Step{params: params, optimizer: optimizer, mesh: mesh, splits: map[int]bool{}}
	n := len(params)
	parts := make([]int, len(split))
	for i, input := range split {
		parts[i] = n + input
		s.splits[input] = true
	}
	if s.gradient, err = mesh.program("gradient", parts, func(args []*graph.Node) []*graph.Node {
		weights, inputs, scale := args[:n], args[n:len(args)-1], args[len(args)-1]
		sum, extra := loss(model.Bind(params, weights), inputs)
		if extra == nil {
			extra = graph.ZerosLike(sum)
		}
		objective := graph.Mul(sum, scale)
		return append(graph.Gradient(objective, weights...), graph.Stack([]*graph.Node{objective, sum, extra}, 0))
	}); err != nil {
		return nil, err
	}
	if s.add, err = mesh.program("add", nil, func(args []*graph.Node) []*graph.Node {
		sums := make([]*graph.Node, len(args)/2)
		for i := range sums {
			sums[i] = graph.Add(args[i], args[len(sums)+i])
		}
		return sums
	}); err != nil {
		return nil, err
	}
	if s.measure, err = mesh.program("measure", nil, func(args []*graph.Node) []*graph.Node {
		norm := norm(args[:n])
		return []*graph.Node{optimizer.clipScale(norm), graph.Concatenate([]*graph.Node{graph.Reshape(norm, 1), args[n]}, 0)}
	}); err != nil {
		return nil, err
	}
	s.update, err = mesh.program("update", nil, func(args []*graph.Node) []*graph.Node {
		return optimizer.update(args[0], args[1], args[2], args[3], args[4], args[5])
	})
	return s, err
}

// Do makes one update with learning rate lr and frees the batches' tensors.
// When the objective or the gradient is not finite, nothing is updated: look
// at [Outcome.Finite].
func (s *Step) Do(lr float64, batches []MicroBatch) (Outcome, error) {
	sums, err := s.gradients(batches)
	if err != nil {
		return Outcome{}, err
	}
	defer release(sums)
	measured, err := s.measure.call(sums)
	if err != nil {
		return Outcome{}, err
	}
	defer release(measured)
	tallies, err := tensors.CopyFlatData[float32](measured[1][0])
	if err != nil {
		return Outcome{}, fmt.Errorf("read the step's sums: %w", err)
	}
	outcome := Outcome{
		GradNorm:  float64(tallies[0]),
		Objective: float64(tallies[1]),
		Sum:       float64(tallies[2]),
		Extra:     float64(tallies[3]),
	}
	if !outcome.Finite() {
		return outcome, nil
	}
	return outcome, s.apply(lr, sums, measured[0])
}

// gradients are those of all micro-batches together, the tallies behind them.
func (s *Step) gradients(batches []MicroBatch) ([]spread, error) {
	var total []spread
	for _, batch := range batches {
		inputs, err := s.place(batch)
		if err != nil {
			return nil, err
		}
		sums, err := s.gradient.call(append(s.weights[:len(s.weights):len(s.weights)], inputs...))
		release(inputs)
		if err != nil {
			release(total)
			return nil, err
		}
		if total == nil {
			total = sums
			continue
		}
		both := append(total, sums...)
		total, err = s.add.call(both)
		release(both)
		if err != nil {
			return nil, err
		}
	}
	if total == nil {
		return nil, fmt.Errorf("a training step without a micro-batch")
	}
	return total, nil
}

// place puts a micro-batch and its scale on the devices.
func (s *Step) place(batch MicroBatch) ([]spread, error) {
	inputs := make([]spread, 0, len(batch.Inputs)+1)
	for i, t := range batch.Inputs {
		input, err := s.mesh.place(t, s.splits[i])
		if err != nil {
			return nil, err
		}
		inputs = append(inputs, input)
	}
	scale, err := s.mesh.place(tensors.FromScalar(float32(batch.Scale)), false)
	return append(inputs, scale), err
}

// apply updates the weights one by one, so that no second copy of all of them
// is ever needed.
func (s *Step) apply(lr float64, gradients []spread, scale spread) error {
	s.updates++
	factors := map[bool]spread{}
	for _, decayed := range []bool{false, true} {
		var err error
		factors[decayed], err = s.mesh.place(tensors.FromValue(s.optimizer.factors(s.updates, lr, decayed)), false)
		if err != nil {
			return err
		}
		defer release([]spread{factors[decayed]})
	}
	for i, p := range s.params {
		old := []spread{s.weights[i], s.first[i], s.second[i]}
		updated, err := s.update.call(append(old[:3:3], gradients[i], scale, factors[Decayed(p.Name)]))
		if err != nil {
			return fmt.Errorf("update %s: %w", p.Name, err)
		}
		release(old)
		s.weights[i], s.first[i], s.second[i] = updated[0], updated[1], updated[2]
	}
	return nil
}
