package train

import (
	"fmt"
	"math"
	"slices"

	"github.com/gomlx/compute"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"

	"llmjp.internal/modernbert/pkg/backend/kind"
	"llmjp.internal/modernbert/pkg/model"
)

// A Loss builds the loss of a micro-batch on the graph. It returns two scalars: the
// sum of its items' losses, and a sum to report beside it, such as the number of
// correct answers (nil for none).
type Loss func(w model.Weights, batch []*graph.Node) (sum, extra *graph.Node)

// A MicroBatch holds the inputs of one execution of the gradient's graph. Scale
// multiplies its sum of losses in the objective: with 1/n, where n counts the items
// of all micro-batches of a step, the objective is the mean over these items.
type MicroBatch struct {
	Inputs []*tensors.Tensor
	Scale  float64
}

// An Outcome holds what a step measured.
type Outcome struct {
	Objective float64 // sum over micro-batches of Scale·sum, which the step minimises
	Sum       float64 // sum of all items' losses
	Extra     float64 // the Loss's second sum over all items
	GradNorm  float64 // global L2 norm of the objective's gradient before clipping
}

// Finite reports whether the step updated the weights.
func (o Outcome) Finite() bool {
	sum := o.GradNorm + o.Objective + o.Sum
	return !math.IsNaN(sum) && !math.IsInf(sum, 0)
}

// A Step trains a model: it holds the weights, the optimizer's state, and the
// compiled graphs that update them. Weights and state are float32 whatever the dtype
// of the computation.
type Step struct {
	params    []model.Param
	optimizer AdamW
	mesh      *mesh
	splits    map[int]bool // inputs of a micro-batch that are split among devices
	// atOnce says that one program updates all weights, and makes a whole step
	// of one micro-batch: on a GPU, where the start of a program takes longer
	// than the update of a weight.
	atOnce   bool
	exchange *exchange // with the other ranks of the run; nil: there are none

	updates                int
	weights, first, second []deviceTensor // in the order of params

	gradient *program // weights, inputs, scale -> gradients, tallies
	add      *program // gradients and tallies, twice -> their sums
	measure  *program // gradients, tallies -> clip's scale, [norm, tallies]
	update   *program // of each of some weights: weight, moments, gradient, scale, factors -> weight, moments
	whole    *program // weights, inputs, moments, [scale, both factors] -> [norm, tallies], of each weight: weight, moments
}

// NewStep prepares training of the weights params by a loss. With several devices
// each micro-batch is shared among them: the inputs listed in split are cut along
// their first axis, the others copied.
func NewStep(backend compute.Backend, params []model.Param, loss Loss, optimizer AdamW, devices int, split ...int) (*Step, error) {
	mesh, err := newMesh(backend, devices)
	if err != nil {
		return nil, err
	}
	s := &Step{params: params, optimizer: optimizer, mesh: mesh, splits: map[int]bool{}, atOnce: kind.Of(backend) == kind.CUDA}
	n := len(params)
	parts := make([]int, len(split))
	for i, input := range split {
		parts[i] = n + input
		s.splits[input] = true
	}
	derive := func(weights, inputs []*graph.Node, scale *graph.Node) (gradients []*graph.Node, tallies *graph.Node) {
		sum, extra := loss(model.Bind(params, weights), inputs)
		if extra == nil {
			extra = graph.ZerosLike(sum)
		}
		objective := graph.Mul(sum, scale)
		return graph.Gradient(objective, weights...), graph.Stack([]*graph.Node{objective, sum, extra}, 0)
	}
	if s.gradient, err = mesh.program("gradient", parts, func(args []*graph.Node) []*graph.Node {
		gradients, tallies := derive(args[:n], args[n:len(args)-1], args[len(args)-1])
		return append(gradients, tallies)
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
	measure := func(gradients []*graph.Node, tallies *graph.Node) (clip, measured *graph.Node) {
		norm := norm(gradients)
		return optimizer.clipScale(norm), graph.Concatenate([]*graph.Node{graph.Reshape(norm, 1), tallies}, 0)
	}
	if s.measure, err = mesh.program("measure", nil, func(args []*graph.Node) []*graph.Node {
		clip, measured := measure(args[:n], args[n])
		return []*graph.Node{clip, measured}
	}); err != nil {
		return nil, err
	}
	if s.update, err = mesh.program("update", nil, func(args []*graph.Node) (updated []*graph.Node) {
		for each := range slices.Chunk(args, 6) {
			updated = append(updated, optimizer.update(each[0], each[1], each[2], each[3], each[4], each[5])...)
		}
		return updated
	}); err != nil {
		return nil, err
	}
	s.whole, err = mesh.program("step", parts, func(args []*graph.Node) []*graph.Node {
		weights, rest := args[:n], args[n:]
		inputs, rest := rest[:len(rest)-2*n-1], rest[len(rest)-2*n-1:]
		first, second, numbers := rest[:n], rest[n:2*n], rest[2*n]
		scale := graph.Reshape(graph.Slice(numbers, graph.AxisElem(0)))
		factors := map[bool]*graph.Node{true: graph.Slice(numbers, graph.AxisRange(1, 4)), false: graph.Slice(numbers, graph.AxisRange(4, 7))}
		gradients, tallies := derive(weights, inputs, scale)
		clip, measured := measure(gradients, tallies)
		finite := graph.IsFinite(graph.ReduceAllSum(graph.Slice(measured, graph.AxisRange(0, 3)))) // as Outcome.Finite
		out := []*graph.Node{measured}
		for i, p := range params {
			old := []*graph.Node{weights[i], first[i], second[i]}
			for k, x := range optimizer.update(old[0], old[1], old[2], gradients[i], clip, factors[Decayed(p.Name)]) {
				out = append(out, graph.Where(graph.BroadcastToDims(finite, x.Shape().Dimensions...), x, old[k]))
			}
		}
		return out
	})
	return s, err
}

// Do makes one update with learning rate lr and frees the batches' tensors. When the
// objective or the gradient is not finite it updates nothing: see
// [Outcome.Finite]. On an error it frees all that it put on the devices; the weights
// then may be updated in part.
func (s *Step) Do(lr float64, batches []MicroBatch) (Outcome, error) {
	for _, batch := range batches {
		for _, t := range batch.Inputs {
			defer release([]deviceTensor{{t}})
		}
	}
	if s.oneProgram(batches) {
		return s.doWhole(lr, batches[0])
	}
	sums, err := s.gradients(batches)
	if err != nil {
		return Outcome{}, err
	}
	if s.exchange != nil {
		if sums, err = s.exchange.sum(sums); err != nil {
			return Outcome{}, err
		}
	}
	defer release(sums)
	measured, err := s.measure.call(sums)
	if err != nil {
		return Outcome{}, err
	}
	defer release(measured)
	outcome, err := readOutcome(measured[1])
	if err != nil || !outcome.Finite() {
		return outcome, err
	}
	return outcome, s.apply(lr, sums, measured[0])
}

// oneProgram reports whether a step on such batches is one program: on a GPU, for
// one micro-batch that no other rank shares.
func (s *Step) oneProgram(batches []MicroBatch) bool {
	return s.atOnce && len(batches) == 1 && s.exchange == nil
}

// doWhole computes [Step.Do] in one program.
func (s *Step) doWhole(lr float64, batch MicroBatch) (Outcome, error) {
	inputs, err := s.place(batch.Inputs)
	defer func() { release(inputs) }()
	if err != nil {
		return Outcome{}, err
	}
	numbers := slices.Concat([]float32{float32(batch.Scale)}, s.optimizer.factors(s.updates+1, lr, true), s.optimizer.factors(s.updates+1, lr, false))
	placed, err := s.mesh.place(tensors.FromValue(numbers), false)
	if err != nil {
		return Outcome{}, err
	}
	inputs = append(inputs, placed)
	last := len(inputs) - 1
	out, err := s.whole.call(slices.Concat(s.weights, inputs[:last], s.first, s.second, inputs[last:]))
	if err != nil {
		return Outcome{}, err
	}
	old := slices.Concat(s.weights, s.first, s.second)
	for i := range s.params {
		s.weights[i], s.first[i], s.second[i] = out[1+3*i], out[2+3*i], out[3+3*i]
	}
	release(old)
	defer release(out[:1])
	outcome, err := readOutcome(out[0])
	if err == nil && outcome.Finite() {
		s.updates++
	}
	return outcome, err
}

// readOutcome reads [norm, tallies].
func readOutcome(measured deviceTensor) (Outcome, error) {
	tallies, err := tensors.CopyFlatData[float32](measured[0])
	if err != nil {
		return Outcome{}, fmt.Errorf("read the step's sums: %w", err)
	}
	return Outcome{
		GradNorm:  float64(tallies[0]),
		Objective: float64(tallies[1]),
		Sum:       float64(tallies[2]),
		Extra:     float64(tallies[3]),
	}, nil
}

// gradients returns the gradients summed over all micro-batches, and the tallies
// behind them.
func (s *Step) gradients(batches []MicroBatch) (total []deviceTensor, err error) {
	for _, batch := range batches {
		sums, err := s.gradientsOf(batch)
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

// gradientsOf returns one micro-batch's gradients, and the tallies behind them.
func (s *Step) gradientsOf(batch MicroBatch) ([]deviceTensor, error) {
	inputs, err := s.place(batch.Inputs)
	defer func() { release(inputs) }()
	if err != nil {
		return nil, err
	}
	scale, err := s.mesh.place(tensors.FromScalar(float32(batch.Scale)), false)
	if err != nil {
		return nil, err
	}
	inputs = append(inputs, scale)
	return s.gradient.call(slices.Concat(s.weights, inputs))
}

// place puts a micro-batch's inputs on the devices. On an error it returns those
// that are there.
func (s *Step) place(inputs []*tensors.Tensor) (placed []deviceTensor, err error) {
	for i, t := range inputs {
		parts, err := s.mesh.place(t, s.splits[i])
		if err != nil {
			return placed, err
		}
		placed = append(placed, parts)
	}
	return placed, nil
}

// apply updates the weights one by one, so that it never holds a second copy of all
// of them, or all at once on a GPU.
func (s *Step) apply(lr float64, gradients []deviceTensor, scale deviceTensor) error {
	s.updates++
	factors := map[bool]deviceTensor{}
	for _, decayed := range []bool{false, true} {
		var err error
		factors[decayed], err = s.mesh.place(tensors.FromValue(s.optimizer.factors(s.updates, lr, decayed)), false)
		if err != nil {
			return err
		}
		defer release([]deviceTensor{factors[decayed]})
	}
	together := 1
	if s.atOnce {
		together = len(s.params)
	}
	for start := 0; start < len(s.params); start += together {
		group := s.params[start:min(start+together, len(s.params))]
		var old, args []deviceTensor
		for i, p := range group {
			k := start + i
			old = append(old, s.weights[k], s.first[k], s.second[k])
			args = append(args, s.weights[k], s.first[k], s.second[k], gradients[k], scale, factors[Decayed(p.Name)])
		}
		updated, err := s.update.call(args)
		if err != nil {
			return fmt.Errorf("update %s: %w", group[0].Name, err)
		}
		release(old)
		for i := range group {
			k := start + i
			s.weights[k], s.first[k], s.second[k] = updated[3*i], updated[3*i+1], updated[3*i+2]
		}
	}
	return nil
}
