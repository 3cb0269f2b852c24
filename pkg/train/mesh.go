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

// A deviceTensor holds one tensor's copy, or shard, on each device.
type deviceTensor []*tensors.Tensor

// release frees tensors on device and host, except those that are nil or freed.
//
// It replaces the donation of buffers to a program: go-xla declares no alias
// between inputs and outputs, so that a donated buffer is not reused, and only the
// garbage collector frees it.
func release(lists ...[]deviceTensor) {
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

// A mesh is one device, or several that share the work on a batch.
type mesh struct {
	backend    compute.Backend
	devices    int
	mesh       *distributed.DeviceMesh   // nil for one device
	replicated *distributed.ShardingSpec // nil for one device
}

// newMesh makes a mesh of a backend's first devices. It is an error to ask for more
// than there are.
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

// place puts a tensor on the devices: a copy on each, or with split a shard of its
// first axis.
func (m *mesh) place(t *tensors.Tensor, split bool) (parts deviceTensor, err error) {
	if m.devices == 1 {
		return deviceTensor{t}, nil
	}
	spec := m.replicated
	if split {
		if spec, err = m.splitSpec(); err != nil {
			return nil, err
		}
	}
	sharded, err := dtensor.ShardTensor(spec, t)
	if err != nil {
		return nil, fmt.Errorf("spread a tensor %s over %d devices: %w", t.Shape(), m.devices, err)
	}
	parts = sharded.Shards()
	defer func() {
		if err != nil {
			release([]deviceTensor{parts})
			parts = nil
		}
	}()
	for i, part := range parts {
		if i > 0 && part == parts[0] { // replicas may be one tensor
			if parts[i], err = parts[0].LocalClone(); err != nil {
				return parts, err
			}
		}
	}
	for i, part := range parts {
		if err = part.ToDevice(m.backend, compute.DeviceNum(i)); err != nil {
			return parts, err
		}
	}
	return parts, nil
}

// splitSpec returns the sharding of a tensor that is cut along its first axis.
func (m *mesh) splitSpec() (*distributed.ShardingSpec, error) {
	return distributed.BuildSpec(m.mesh).S("data").Done()
}

// A program is a function on graphs, compiled for every shape of its inputs.
type program struct {
	*mesh
	exec    *graph.Exec
	execute func(args ...any) ([]*tensors.Tensor, error) // exec.Call; tests let it fail
}

// program makes a program. split lists the inputs that are shards of a batch; the
// others are copies.
func (m *mesh) program(name string, split []int, build func(args []*graph.Node) []*graph.Node) (*program, error) {
	return m.splitting(name, split, nil, build)
}

// splitting makes a program. in and out list the inputs and outputs that are shards,
// cut along their first axis; of the others each device has a copy.
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
	return &program{mesh: m, exec: exec, execute: exec.Call}, nil
}

// specs returns the shardings of a program's inputs or outputs: those listed in
// split are cut along their first axis. The last sharding holds for all that follow.
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

// call runs the program on inputs, which stay the caller's, and returns its outputs.
func (p *program) call(inputs []deviceTensor) ([]deviceTensor, error) {
	args := make([]any, 0, len(inputs)*p.devices)
	for device := range p.devices {
		for _, input := range inputs {
			args = append(args, input[device])
		}
	}
	results, err := p.execute(args...)
	if err != nil {
		return nil, fmt.Errorf("run graph %s: %w", p.exec.Name(), err)
	}
	n := len(results) / p.devices
	outputs := make([]deviceTensor, n)
	for i := range outputs {
		for device := range p.devices {
			outputs[i] = append(outputs[i], results[device*n+i])
		}
	}
	return outputs, nil
}

// zeros returns a float32 tensor of zeros on every device.
func (m *mesh) zeros(dimensions []int) (deviceTensor, error) {
	return m.place(tensors.FromShape(shapes.Make(dtypes.Float32, dimensions...)), false)
}
