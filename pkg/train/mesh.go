package train

import (
	"fmt"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/distributed"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/core/tensors/dtensor"
)

// spread is one tensor of a program: on each device a copy, or a part.
type spread []*tensors.Tensor

// release frees tensors on device and host. What is nil or already freed is
// left alone.
//
// It is what takes the place of donating buffers to a program: go-xla names no
// alias between inputs and outputs, so that a donated buffer is not reused, and
// only the garbage collector frees it.
func release(lists ...[]spread) {
	for _, list := range lists {
		for _, parts := range list {
			for _, t := range parts {
				if t != nil && t.Ok() {
					_ = t.FinalizeAll()
				}
			}
		}
	}
}

// mesh is one device, or several in a row that share the work on a batch.
type mesh struct {
	backend    compute.Backend
	devices    int
	mesh       *distributed.DeviceMesh   // nil for one device
	replicated *distributed.ShardingSpec // nil for one device
}

func newMesh(backend compute.Backend, devices int) (*mesh, error) {
	m := &mesh{backend: backend, devices: devices}
	if devices < 1 || devices > int(backend.NumDevices()) {
		return nil, fmt.Errorf("%d devices were asked for, backend %s has %d", devices, backend.Name(), backend.NumDevices())
	}
	if devices == 1 {
		return m, nil
	}
	var err error
	if m.mesh, err = distributed.NewDeviceMesh([]int{devices}, []string{"data"}); err != nil {
		return nil, err
	}
	m.replicated = distributed.NewReplicatedShardingSpec(m.mesh)
	return m, nil
}

// place puts a tensor on the devices: a copy on each, or, if split, a part of
// its first axis.
func (m *mesh) place(t *tensors.Tensor, split bool) (spread, error) {
	if m.devices == 1 {
		return spread{t}, nil
	}
	spec := m.replicated
	if split {
		var err error
		if spec, err = m.splitSpec(); err != nil {
			return nil, err
		}
	}
	sharded, err := dtensor.ShardTensor(spec, t)
	if err != nil {
		return nil, fmt.Errorf("spread a tensor %s over %d devices: %w", t.Shape(), m.devices, err)
	}
	parts := spread(sharded.Shards())
	for i, part := range parts {
		if i > 0 && part == parts[0] { // a replicated tensor may be shared
			if parts[i], err = parts[0].LocalClone(); err != nil {
				return nil, err
			}
		}
	}
	for i, part := range parts {
		if err := part.ToDevice(m.backend, compute.DeviceNum(i)); err != nil {
			return nil, err
		}
	}
	return parts, nil
}

func (m *mesh) splitSpec() (*distributed.ShardingSpec, error) {
	return distributed.BuildSpec(m.mesh).S("data").Done()
}

// program is a function on graphs, compiled for every shape of its inputs.
type program struct {
	*mesh
	exec *graph.Exec
}

// program makes one. split says which inputs are parts of a batch rather than
// copies.
func (m *mesh) program(name string, split []int, build func(args []*graph.Node) []*graph.Node) (*program, error) {
	return m.splitting(name, split, nil, build)
}

// splitting makes a program of which each device has a part of the inputs and
// outputs numbered in and out, cut along their first axis, and a copy of the
// others.
func (m *mesh) splitting(name string, in, out []int, build func(args []*graph.Node) []*graph.Node) (*program, error) {
	exec, err := graph.NewExec(m.backend, build)
	if err != nil {
		return nil, fmt.Errorf("graph %s: %w", name, err)
	}
	exec = exec.WithName(name).SetMaxCache(-1)
	if m.devices > 1 {
		inputs, err := m.specs(in)
		if err != nil {
			return nil, err
		}
		outputs, err := m.specs(out)
		if err != nil {
			return nil, err
		}
		if len(out) > 0 { // the last output is split: no other follows
			outputs = outputs[:len(outputs)-1]
		}
		exec = exec.AutoSharding(m.mesh).WithInputShardingSpecs(inputs...).WithOutputShardingSpecs(outputs...)
	}
	return &program{mesh: m, exec: exec}, nil
}

// specs returns the sharding of a program's inputs or outputs, those numbered
// in split being split; the last spec holds for all that follow.
func (m *mesh) specs(split []int) (specs []*distributed.ShardingSpec, err error) {
	last := 0
	for _, i := range split {
		last = max(last, i+1)
	}
	specs = make([]*distributed.ShardingSpec, last+1)
	for i := range specs {
		specs[i] = m.replicated
	}
	for _, i := range split {
		if specs[i], err = m.splitSpec(); err != nil {
			return nil, err
		}
	}
	return specs, nil
}

// call runs the program.
func (p *program) call(inputs []spread) ([]spread, error) {
	args := make([]any, 0, len(inputs)*p.devices)
	for device := range p.devices {
		for _, input := range inputs {
			args = append(args, input[device])
		}
	}
	results, err := p.exec.Call(args...)
	if err != nil {
		return nil, fmt.Errorf("run graph %s: %w", p.exec.Name(), err)
	}
	n := len(results) / p.devices
	outputs := make([]spread, n)
	for i := range outputs {
		for device := range p.devices {
			outputs[i] = append(outputs[i], results[device*n+i])
		}
	}
	return outputs, nil
}

// zeros is a float32 tensor of zeros on every device.
func (m *mesh) zeros(dimensions []int) (spread, error) {
	return m.place(tensors.FromShape(shapes.Make(dtypes.Float32, dimensions...)), false)
}
