package ranks

import (
	"fmt"
	"unsafe"

	"github.com/gomlx/compute/dtypes/bfloat16"
)

// chunk is the number of elements that a sum exchanges at a time. The received
// parts take 4 bytes for each.
const chunk = 1 << 22

// Sum replaces x on all ranks by the sum over the ranks (all-reduce), added in
// the order of the ranks. All pass equally many elements.
func (g *Group) Sum(x []float32) error { return g.sum(x, 4) }

// SumBfloat16 sums like Sum but moves half the bytes: the ranks exchange
// elements and sums rounded to bfloat16 and add in float32.
func (g *Group) SumBfloat16(x []float32) error { return g.sum(x, 2) }

// sum sums chunk by chunk. It exchanges the next chunk while it adds the
// copies of the one before. size is the number of bytes of an exchanged
// element.
func (g *Group) sum(x []float32, size int) error {
	if g == nil {
		return nil
	}
	if _, err := g.Any(false); err != nil {
		return err
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	var before *piece
	for k := 0; len(x) > 0; k++ {
		p := g.piece(x[:min(chunk, len(x))], size, &g.buffers[k%2])
		x = x[len(p.x):]
		err := g.exchange(p.received, p.wire, p.bounds, g.patience)
		if err == nil {
			go p.add()
			err = before.share()
		}
		if err != nil {
			return fmt.Errorf("sum over %d ranks: %w", g.size, err)
		}
		before = p
	}
	if err := before.share(); err != nil {
		return fmt.Errorf("sum over %d ranks: %w", g.size, err)
	}
	return nil
}

// buffers hold what one chunk needs beside itself.
type buffers struct {
	received []byte // every rank's copy of this rank's part
	halves   []byte // the chunk in bfloat16
}

// A piece is one chunk of a sum.
type piece struct {
	g      *Group
	x      []float32
	size   int
	bounds []int  // in bytes on the wire
	wire   []byte // x itself, or x in bfloat16
	// received holds every rank's copy of this rank's part.
	received []byte
	added    chan struct{} // closed when this rank's part is summed
}

func (g *Group) piece(x []float32, size int, b *buffers) *piece {
	p := &piece{g: g, x: x, size: size, bounds: g.parts(len(x), size), wire: bytesOf(x), added: make(chan struct{})}
	if size == 2 {
		b.halves = grow(b.halves, 2*len(x))
		p.wire = b.halves
		for i, wire := 0, halvesOf(p.wire); i < len(x); i++ {
			wire[i] = bfloat16.FromFloat32(x[i])
		}
	}
	b.received = grow(b.received, (p.bounds[g.rank+1]-p.bounds[g.rank])*g.size)
	p.received = b.received
	return p
}

// add sums the received copies, in the order of the ranks, into this rank's
// part of the wire.
func (p *piece) add() {
	defer close(p.added)
	mine := p.wire[p.bounds[p.g.rank]:p.bounds[p.g.rank+1]]
	n := len(mine) / p.size
	if p.size == 4 {
		sums, received := floatsOf(mine), floatsOf(p.received)
		copy(sums, received[:n])
		for k := n; k < len(received); k += n {
			for i, v := range received[k : k+n] {
				sums[i] += v
			}
		}
		return
	}
	sums, received := halvesOf(mine), halvesOf(p.received)
	for i := range n {
		sum := received[i].Float32()
		for k := i + n; k < len(received); k += n {
			sum += received[k].Float32()
		}
		sums[i] = bfloat16.FromFloat32(sum)
	}
}

// share waits for add and sends the sums to all ranks. A nil piece has none.
func (p *piece) share() error {
	if p == nil {
		return nil
	}
	<-p.added
	if err := p.g.share(p.wire, p.bounds, p.g.patience); err != nil || p.size == 4 {
		return err
	}
	for i, v := range halvesOf(p.wire) {
		p.x[i] = v.Float32()
	}
	return nil
}

// parts divides n elements of some bytes each among the ranks and returns the
// parts' bounds in bytes.
func (g *Group) parts(n, bytes int) []int {
	bounds := make([]int, g.size+1)
	for i := range bounds {
		bounds[i] = i * n / g.size * bytes
	}
	return bounds
}

// grow returns a buffer of n bytes, reusing the old one if it is large enough.
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
