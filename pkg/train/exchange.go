package train

import (
	"context"
	"fmt"
	"unsafe"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"golang.org/x/sync/errgroup"

	"llmjp.internal/modernbert/pkg/model"
	"llmjp.internal/modernbert/pkg/ranks"
)

// exchangeChunk is the number of float32 that leave the devices at a time: 64 MB.
const exchangeChunk = 1 << 24

// An exchange sums gradients over the ranks of a run. They leave the devices as
// one flat vector in chunks, of each of which a device holds one part, so that
// every element crosses the bus to the host once. While a chunk is summed, the
// next one is copied out and the one before it back.
type exchange struct {
	*mesh
	group  *ranks.Group
	half   bool     // chunks are rounded to bfloat16 for the way between hosts
	chunks []int    // float32 in each, a multiple of the devices
	pack   *program // gradients -> chunks, split among the devices
	unpack *program // chunks, split -> gradients

	buffers chan []float32 // on the host: one is copied out, one summed, one copied in
}

// Join makes the step one of a group's ranks: Do sums gradients and tallies
// over all ranks, in the order of the ranks, so that every rank makes the same
// update. half rounds the gradients to bfloat16 on their way between ranks. A
// group of one process changes nothing.
func (s *Step) Join(group *ranks.Group, half bool) error {
	if group.Size() == 1 {
		return nil
	}
	x, err := newExchange(s.mesh, s.params, group, half, exchangeChunk)
	s.exchange = x
	return err
}

// newExchange prepares the exchange of the gradients of params in chunks of at most chunk
// float32.
func newExchange(m *mesh, params []model.Param, group *ranks.Group, half bool, chunk int) (x *exchange, err error) {
	x = &exchange{mesh: m, group: group, half: half}
	chunk -= chunk % m.devices
	for left := model.Count(params); left > 0; left -= chunk {
		n := min(chunk, left)
		x.chunks = append(x.chunks, (n+m.devices-1)/m.devices*m.devices)
	}
	x.buffers = make(chan []float32, min(3, len(x.chunks)))
	for range cap(x.buffers) {
		x.buffers <- make([]float32, x.chunks[0])
	}
	all := make([]int, len(x.chunks))
	for i := range all {
		all[i] = i
	}
	if x.pack, err = m.splitting("pack", nil, all, func(gradients []*graph.Node) []*graph.Node {
		out := make([]*graph.Node, len(x.chunks))
		for c := range x.chunks {
			var pieces []*graph.Node
			filled := 0
			for _, o := range overlaps(params, x.chunks, c) {
				flat := graph.Reshape(gradients[o.param], params[o.param].Size())
				pieces = append(pieces, graph.Slice(flat, graph.AxisRange(o.from, o.to)))
				filled += o.to - o.from
			}
			if rest := x.chunks[c] - filled; rest > 0 {
				pieces = append(pieces, graph.Zeros(gradients[0].Graph(), shapes.Make(dtypes.Float32, rest)))
			}
			out[c] = graph.Concatenate(pieces, 0)
		}
		return out
	}); err != nil {
		return nil, err
	}
	x.unpack, err = m.splitting("unpack", all, nil, func(chunks []*graph.Node) []*graph.Node {
		pieces := make([][]*graph.Node, len(params))
		for c, chunk := range chunks {
			at := 0
			for _, o := range overlaps(params, x.chunks, c) {
				n := o.to - o.from
				pieces[o.param] = append(pieces[o.param], graph.Slice(chunk, graph.AxisRange(at, at+n)))
				at += n
			}
		}
		out := make([]*graph.Node, len(params))
		for i, p := range params {
			out[i] = graph.Reshape(graph.Concatenate(pieces[i], 0), p.Shape...)
		}
		return out
	})
	return x, err
}

// An overlap is the elements [from, to) of a weight, which lie in one chunk.
type overlap struct{ param, from, to int }

// overlaps lists the elements of chunk c: the weights lie in the chunks one
// after another.
func overlaps(params []model.Param, chunks []int, c int) (list []overlap) {
	first := 0
	for _, n := range chunks[:c] {
		first += n
	}
	last, at := first+chunks[c], 0
	for i, p := range params {
		from, to := max(first-at, 0), min(last-at, p.Size())
		if from < to {
			list = append(list, overlap{i, from, to})
		}
		at += p.Size()
	}
	return list
}

// sum replaces gradients and tallies, the last of sums, by their sums over the
// ranks. It frees the old ones.
func (x *exchange) sum(sums []deviceTensor) ([]deviceTensor, error) {
	defer release(sums)
	n := len(sums) - 1
	tallies, err := tensors.CopyFlatData[float32](sums[n][0])
	if err != nil {
		return nil, fmt.Errorf("read the step's sums: %w", err)
	}
	if err := x.group.Sum(tallies); err != nil {
		return nil, err
	}
	chunks, err := x.pack.call(sums[:n])
	if err != nil {
		return nil, err
	}
	release(sums[:n])
	summed, err := x.pipeline(chunks)
	defer release(chunks, summed)
	if err != nil {
		return nil, err
	}
	gradients, err := x.unpack.call(summed)
	if err != nil {
		return nil, err
	}
	placed, err := x.mesh.place(tensors.FromValue(tallies), false)
	if err != nil {
		release(gradients)
		return nil, err
	}
	return append(gradients, placed), nil
}

// pipeline sums the chunks: it copies out, sums and copies in at the same time.
func (x *exchange) pipeline(chunks []deviceTensor) ([]deviceTensor, error) {
	summed := make([]deviceTensor, len(chunks))
	out, in := make(chan []float32, cap(x.buffers)), make(chan []float32, cap(x.buffers)) // sends never wait
	group, ctx := errgroup.WithContext(context.Background())
	group.Go(func() error {
		defer close(out)
		for c, chunk := range chunks {
			host, ok := next(ctx, x.buffers)
			if !ok {
				return ctx.Err()
			}
			host = host[:x.chunks[c]]
			if err := x.copyOut(chunk, host); err != nil {
				return fmt.Errorf("copy gradients to the host: %w", err)
			}
			release(chunks[c : c+1])
			out <- host
		}
		return nil
	})
	group.Go(func() error {
		defer close(in)
		for host := range out {
			sum := x.group.Sum
			if x.half {
				sum = x.group.SumBfloat16
			}
			if err := sum(host); err != nil {
				return err
			}
			in <- host
		}
		return nil
	})
	group.Go(func() error {
		c := 0
		for host := range in {
			var err error
			if summed[c], err = x.copyIn(host); err != nil {
				return fmt.Errorf("copy gradients to the devices: %w", err)
			}
			x.buffers <- host[:cap(host)]
			c++
		}
		return nil
	})
	return summed, group.Wait()
}

// next receives a buffer; ok is false once ctx has ended.
func next(ctx context.Context, buffers <-chan []float32) (buffer []float32, ok bool) {
	select {
	case buffer = <-buffers:
		return buffer, true
	case <-ctx.Done():
		return nil, false
	}
}

// each calls do for every device's part of a host buffer, side by side.
func (x *exchange) each(host []float32, do func(device int, part []float32) error) error {
	var group errgroup.Group
	n := len(host) / x.devices
	for device := range x.devices {
		group.Go(func() error { return do(device, host[device*n:(device+1)*n]) })
	}
	return group.Wait()
}

// copyOut copies a chunk's parts from the devices to a host buffer.
func (x *exchange) copyOut(chunk deviceTensor, host []float32) error {
	return x.each(host, func(device int, part []float32) error {
		buffer, err := chunk[device].Buffer(x.backend, compute.DeviceNum(device))
		if err != nil {
			return err
		}
		return buffer.ToFlatData(part)
	})
}

// copyIn copies a host buffer's parts to the devices.
func (x *exchange) copyIn(host []float32) (deviceTensor, error) {
	chunk := make(deviceTensor, x.devices)
	return chunk, x.each(host, func(device int, part []float32) (err error) {
		bytes := unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(part))), 4*len(part))
		chunk[device], err = tensors.FromRaw(x.backend, compute.DeviceNum(device), shapes.Make(dtypes.Float32, len(part)), bytes)
		return err
	})
}
