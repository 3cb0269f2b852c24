//go:build cgo

package memory

import (
	"math/rand/v2"
	"sync"
	"testing"
	"unsafe"
)

const mib = 1 << 20

// take takes a block and writes to its ends.
func take(t *testing.T, bytes int) unsafe.Pointer {
	t.Helper()
	p := aligned(64, bytes)
	if p == nil || uintptr(p)%64 != 0 {
		t.Fatalf("%d bytes: %v", bytes, p)
	}
	b := unsafe.Slice((*byte)(p), bytes)
	b[0], b[bytes-1] = 1, 2
	return p
}

func needed(t *testing.T) {
	t.Helper()
	if !works() {
		t.Skip("no glibc here, or not so many addresses: the package is not in effect")
	}
}

// A block is taken from the hole of one of the same size, however little room
// is around it: a step that is made again holds no more than before.
func TestHolesAreUsedAgain(t *testing.T) {
	needed(t)
	before, _ := Held()
	step := func() {
		var blocks []unsafe.Pointer
		for _, size := range []int{3*mib + 5, 7 * mib, mib, 40 * mib, 7 * mib} {
			blocks = append(blocks, take(t, size), take(t, 100)) // small ones between them
		}
		for _, i := range []int{2, 0, 8, 4, 6, 1, 3, 5, 7, 9} {
			free(blocks[i])
		}
	}
	step()
	_, first := Held()
	for range 20 {
		step()
	}
	if inUse, held := Held(); held != first || inUse != before {
		t.Errorf("%d bytes are held after many steps, %d after the first; %d in use, %d before", held, first, inUse, before)
	}
}

// A block takes the smallest hole that holds it and leaves larger ones whole.
func TestSmallestHole(t *testing.T) {
	needed(t)
	wide, a, narrow, b := take(t, 10*mib), take(t, mib), take(t, 3*mib), take(t, mib)
	free(wide)
	free(narrow)
	if p := take(t, 2*mib); p != narrow {
		t.Errorf("2 MiB are at %v, a hole of 3 MiB is at %v, one of 10 at %v", p, narrow, wide)
	} else {
		free(p)
	}
	free(a)
	free(b)
}

// Many threads may take and free at once.
func TestThreads(t *testing.T) {
	needed(t)
	before, _ := Held()
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for range 20_000 {
				p, q := aligned(64, mib), aligned(64, 2*mib)
				free(p)
				free(q)
			}
		})
	}
	all.Wait()
	if inUse, _ := Held(); inUse != before {
		t.Errorf("%d bytes are in use, %d before", inUse, before)
	}
}

// Blocks do not overlap, and holes beside each other become one.
func TestBlocksAreApart(t *testing.T) {
	needed(t)
	before, _ := Held()
	var all sync.WaitGroup
	for worker := range 4 {
		all.Go(func() {
			random := rand.New(rand.NewPCG(1, uint64(worker)))
			type block struct {
				words []uint64
				mark  uint64
			}
			var live []block
			for i := range 400 {
				if len(live) == 8 || (len(live) > 0 && random.IntN(3) == 0) {
					k := random.IntN(len(live))
					b := live[k]
					for j := 0; j < len(b.words); j += 509 {
						if b.words[j] != b.mark {
							t.Errorf("a block of %d words was written to by another's owner", len(b.words))
							return
						}
					}
					free(unsafe.Pointer(unsafe.SliceData(b.words)))
					live = append(live[:k], live[k+1:]...)
					continue
				}
				words := mib/8 + random.IntN(mib)
				b := block{unsafe.Slice((*uint64)(aligned(64, 8*words)), words), uint64(worker)<<32 + uint64(i)}
				for j := range b.words {
					b.words[j] = b.mark
				}
				live = append(live, b)
			}
			for _, b := range live {
				free(unsafe.Pointer(unsafe.SliceData(b.words)))
			}
		})
	}
	all.Wait()
	if inUse, _ := Held(); inUse != before {
		t.Errorf("%d bytes are in use, %d before", inUse, before)
	}
	_, held := Held()
	free(take(t, int(held))) // one hole again
	if _, after := Held(); after != held {
		t.Errorf("a block of all that is held (%d bytes) found no room in it: %d are held now", held, after)
	}
}

// What is not large, or wants more than a page's alignment, is the C library's.
func TestTheRestIsTheCLibrarys(t *testing.T) {
	needed(t)
	before, _ := Held()
	small, wide := aligned(64, mib-1), aligned(1<<16, 2*mib)
	if inUse, _ := Held(); inUse != before || small == nil || wide == nil || uintptr(wide)%(1<<16) != 0 {
		t.Errorf("%v and %v take %d bytes of large blocks", small, wide, inUse-before)
	}
	large := aligned(64, mib)
	for p, least := range map[unsafe.Pointer]int{small: mib - 1, wide: 2 * mib, large: mib, nil: 0} {
		if got := usable(p); got < least || got > least+1<<17 {
			t.Errorf("%d bytes of a block of %d are usable", got, least)
		}
	}
	free(large)
	free(small)
	free(wide)
	free(nil)
	if p := aligned(48, mib); p != nil {
		t.Errorf("an alignment of 48 gives %v", p)
	}
}

func TestRealloc(t *testing.T) {
	needed(t)
	before, _ := Held()
	p := take(t, 2*mib)
	p = realloc(p, 3*mib)
	if b := unsafe.Slice((*byte)(p), 3*mib); b[0] != 1 || b[2*mib-1] != 2 {
		t.Error("a block that grows loses what it holds")
	}
	free(p)
	if inUse, _ := Held(); inUse != before {
		t.Errorf("%d bytes are in use, %d before", inUse, before)
	}
}
