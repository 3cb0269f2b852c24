package corpus

import "math/bits"

// Order is a permutation of 0 … n-1 drawn by a key and never stored: a Feistel
// network over the next power of four, walked until it falls below n. An
// element costs the same at any n.
type Order struct {
	n    uint64
	half uint // bits of each half
	keys [rounds]uint64
}

const rounds = 6

// NewOrder returns the order of an epoch's n documents.
func NewOrder(n int, seed, epoch uint64) Order {
	o := Order{n: uint64(n), half: uint(max(1, (bits.Len64(uint64(max(0, n-1)))+1)/2))}
	state := mix(seed) ^ mix(epoch+0x6a09e667f3bcc909)
	for i := range o.keys {
		state += 0x9e3779b97f4a7c15
		o.keys[i] = mix(state)
	}
	return o
}

// Len returns the number of elements.
func (o Order) Len() int { return int(o.n) }

// At returns the i-th element, 0 <= i < Len.
func (o Order) At(i int) int {
	x := uint64(i)
	if x >= o.n {
		panic("corpus: Order.At beyond its length")
	}
	mask := uint64(1)<<o.half - 1
	for {
		left, right := x>>o.half, x&mask
		for _, key := range o.keys {
			left, right = right, left^mix(right^key)&mask
		}
		x = left<<o.half | right
		if x < o.n {
			return int(x)
		}
	}
}

// mix applies splitmix64's finalizer.
func mix(x uint64) uint64 {
	x ^= x >> 30
	x *= 0xbf58476d1ce4e5b9
	x ^= x >> 27
	x *= 0x94d049bb133111eb
	return x ^ x>>31
}
