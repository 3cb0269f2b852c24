package train

import (
	"fmt"
	"slices"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/tensors"

	"llmjp.internal/modernbert/pkg/model"
)

// A State holds a [Step]'s weights and optimizer state on the host.
type State struct {
	Updates       int          // updates made: the t of Adam's bias corrections
	Weights       model.Values // by name
	First, Second model.Values // Adam's moments; nil before the first update
}

// SetState puts weights and optimizer state on the devices. On an error it leaves
// nothing there, or what was there before if the state does not fit the weights.
func (s *Step) SetState(state State) error {
	if err := state.Weights.Check(s.params); err != nil {
		return err
	}
	for _, moments := range []model.Values{state.First, state.Second} {
		if moments == nil {
			continue
		}
		if err := moments.Check(s.params); err != nil {
			return fmt.Errorf("optimizer state: %w", err)
		}
	}
	s.Close()
	s.updates = state.Updates
	for _, p := range s.params {
		for _, to := range []struct {
			list   *[]deviceTensor
			values model.Values
		}{{&s.weights, state.Weights}, {&s.first, state.First}, {&s.second, state.Second}} {
			t, err := s.upload(p, to.values)
			if err != nil {
				s.Close()
				return err
			}
			*to.list = append(*to.list, t)
		}
	}
	return nil
}

// upload puts a weight's values, zeros for nil, on the devices.
func (s *Step) upload(p model.Param, values model.Values) (deviceTensor, error) {
	flat := values[p.Name]
	if values == nil {
		flat = make([]float32, p.Size())
	}
	if s.mesh.devices > 1 {
		return s.mesh.place(tensors.FromFlatDataAndDimensions(flat, p.Shape...), false)
	}
	t, err := p.Upload(s.mesh.backend, flat)
	return deviceTensor{t}, err
}

// State copies weights and optimizer state to the host.
func (s *Step) State() (State, error) {
	state := State{Updates: s.updates}
	for _, from := range []struct {
		list   []deviceTensor
		values *model.Values
	}{{s.weights, &state.Weights}, {s.first, &state.First}, {s.second, &state.Second}} {
		*from.values = make(model.Values, len(s.params))
		for i, p := range s.params {
			flat, err := tensors.CopyFlatData[float32](from.list[i][0])
			if err != nil {
				return State{}, fmt.Errorf("read %s from the device: %w", p.Name, err)
			}
			(*from.values)[p.Name] = flat
		}
	}
	return state, nil
}

// Weights returns the weights on the first device, in the order of the params. They
// are valid until the next update.
func (s *Step) Weights() []*tensors.Tensor {
	weights := make([]*tensors.Tensor, len(s.weights))
	for i, w := range s.weights {
		weights[i] = w[0]
	}
	return weights
}

// Prepare compiles the graphs that a step on such batches needs, so that the step
// does not wait for them. It may run concurrently with Do.
func (s *Step) Prepare(batches []MicroBatch) error {
	if s.mesh.devices > 1 {
		return nil // compiled by the first step: the shapes are the parts'
	}
	if s.oneProgram(batches) {
		list := s.shapes(batches[0])
		list = list[:len(list)-1] // without the scale
		weights, numbers := list[:len(s.params)], shapes.Make(dtypes.Float32, 7)
		if _, err := s.whole.exec.Compile(slices.Concat(list, weights, weights, []shapes.Shape{numbers})...); err != nil {
			return fmt.Errorf("compile the step: %w", err)
		}
		return nil
	}
	for _, batch := range batches {
		if _, err := s.gradient.exec.Compile(s.shapes(batch)...); err != nil {
			return fmt.Errorf("compile the gradient: %w", err)
		}
	}
	return nil
}

// Close frees the weights and the optimizer's state on the devices.
func (s *Step) Close() {
	release(s.weights, s.first, s.second)
	s.weights, s.first, s.second = nil, nil, nil
}

// shapes lists the shapes of the gradient's inputs for a micro-batch.
func (s *Step) shapes(batch MicroBatch) []shapes.Shape {
	list := make([]shapes.Shape, 0, len(s.params)+len(batch.Inputs)+1)
	for _, p := range s.params {
		list = append(list, shapes.Make(dtypes.Float32, p.Shape...))
	}
	for _, t := range batch.Inputs {
		list = append(list, t.Shape())
	}
	return append(list, shapes.Make(dtypes.Float32))
}
