package backend

import (
	"github.com/gomlx/compute"
	"github.com/gomlx/compute/shapes"

	"llmjp.internal/modernbert/pkg/backend/programs"
)

// windowed is XLA on CUDA whose fused attention knows a [Window]. All else is
// go-xla's own. It wraps a backend's functions, and its buffers too, since a
// tensor remembers the backend of its buffer.
type windowed struct{ compute.Backend }

func (b *windowed) Builder(name string) compute.Builder {
	return windowedBuilder{b.Backend.Builder(name), b}
}

func (b *windowed) BufferFromFlatData(device compute.DeviceNum, flat any, shape shapes.Shape) (compute.Buffer, error) {
	buffer, err := b.Backend.BufferFromFlatData(device, flat, shape)
	return b.wrap(buffer), err
}

func (b *windowed) NewSharedBuffer(device compute.DeviceNum, shape shapes.Shape) (compute.Buffer, any, error) {
	buffer, flat, err := b.Backend.NewSharedBuffer(device, shape)
	return b.wrap(buffer), flat, err
}

func (b *windowed) wrap(buffer compute.Buffer) compute.Buffer {
	if buffer == nil {
		return nil
	}
	return windowedBuffer{buffer, b}
}

// A windowedBuffer is a buffer that belongs to the windowed backend.
type windowedBuffer struct {
	compute.Buffer
	backend *windowed
}

func (b windowedBuffer) Backend() compute.Backend { return b.backend }

func (b windowedBuffer) CopyToDevice(device compute.DeviceNum) (compute.Buffer, error) {
	buffer, err := b.Buffer.CopyToDevice(device)
	return b.backend.wrap(buffer), err
}

type windowedBuilder struct {
	compute.Builder
	backend *windowed
}

func (b windowedBuilder) Main() compute.Function { return windowedFunction{b.Builder.Main()} }

func (b windowedBuilder) Compile() (compute.Executable, error) {
	defer programs.Compiling()()
	executable, err := b.Builder.Compile()
	if err != nil {
		return nil, err
	}
	return windowedExecutable{executable, b.backend}, nil
}

type windowedExecutable struct {
	compute.Executable
	backend *windowed
}

func (e windowedExecutable) Execute(inputs []compute.Buffer, donate []bool, device compute.DeviceNum) ([]compute.Buffer, error) {
	raw := make([]compute.Buffer, len(inputs))
	for i, buffer := range inputs {
		raw[i] = buffer
		if ours, ok := buffer.(windowedBuffer); ok {
			raw[i] = ours.Buffer
		}
	}
	outputs, err := e.Executable.Execute(raw, donate, device)
	for i, buffer := range outputs {
		outputs[i] = e.backend.wrap(buffer)
	}
	return outputs, err
}
