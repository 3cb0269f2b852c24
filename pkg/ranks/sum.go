package ranks

import (
	"fmt"
	"unsafe"

	"github.com/gomlx/compute/dtypes/bfloat16"
)

// chunk is how many elements a sum exchanges at a time: the parts that it
// receives take 4 bytes for each.
const chunk = 1 << 22

// Sum replaces x on all ranks by the sum over the ranks, added in their order.
// All pass equally many elements.
func (g *Group) Sum(x []float32) error {
	return g.sum(x, g.addFloat32)
}

// SumBfloat16 is Sum with half the bytes: every rank's elements and the sums
// are rounded to bfloat16 on their way. The additions are in float32.
func (g *Group) SumBfloat16(x []float32) error {
	return g.sum(x, g.addBfloat16)
}

func (g *Group) sum(x []float32, add func([]float32) error) error {
	if g == nil {
		return nil
	}
	if _, err := g.Any(false); err != nil {
		return err
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	for len(x) > 0 {
		n := min(chunk, len(x))
		if err := add(x[:n]); err != nil {
			return fmt.Errorf("sum over %d ranks: %w", g.size, err)
		}
		x = x[n:]
	}
	return nil
}

// parts cuts n elements of some bytes each into a part for each rank.
func (g *Group) parts(n, bytes int) []int {
	bounds := make([]int, g.size+1)
	for i := range bounds {
		bounds[i] = i * n / g.size * bytes
	}
	return bounds
}

func (g *Group) addFloat32(x []float32) error {
	bounds, all := g.parts(len(x), 4), bytesOf(x)
	mine := x[bounds[g.rank]/4 : bounds[g.rank+1]/4]
	n := len(mine)
	g.scratch = grow(g.scratch, 4*n*g.size)
	if err := g.exchange(g.scratch, all, bounds, g.patience); err != nil {
		return err
	}
	received := floatsOf(g.scratch)
	copy(mine, received[:n])
	for from := n; from < len(received); from += n {
		for i, v := range received[from : from+n] {
			mine[i] += v
		}
	}
	return g.share(all, bounds, g.patience)
}

func (g *Group) addBfloat16(x []float32) error {
	bounds := g.parts(len(x), 2)
	g.wire = grow(g.wire, 2*len(x))
	wire := halvesOf(g.wire)
	for i, v := range x {
		wire[i] = bfloat16.FromFloat32(v)
	}
	first, last := bounds[g.rank]/2, bounds[g.rank+1]/2
	n := last - first
	g.scratch = grow(g.scratch, 2*n*g.size)
	if err := g.exchange(g.scratch, g.wire, bounds, g.patience); err != nil {
		return err
	}
	received := halvesOf(g.scratch)
	for i := range n {
		sum := received[i].Float32()
		for k := i + n; k < len(received); k += n {
			sum += received[k].Float32()
		}
		wire[first+i] = bfloat16.FromFloat32(sum)
	}
	if err := g.share(g.wire, bounds, g.patience); err != nil {
		return err
	}
	for i, v := range wire {
		x[i] = v.Float32()
	}
	return nil
}

// grow returns a buffer of n bytes, the old one where it is long enough.
func grow(buffer []byte, n int) []byte {
	if cap(buffer) < n {
		return bytesOf(make([]float32, (n+3)/4))[:n] // aligned for float32
	}
	return buffer[:n]
}

func bytesOf(x []float32) []byte {
	return unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(x))), 4*len(x))
}

func floatsOf(b []byte) []float32 {
	return unsafe.Slice((*float32)(unsafe.Pointer(unsafe.SliceData(b))), len(b)/4)
}

func halvesOf(b []byte) []bfloat16.BFloat16 {
	return unsafe.Slice((*bfloat16.BFloat16)(unsafe.Pointer(unsafe.SliceData(b))), len(b)/2)
}
