package metric

import (
	"runtime"
	"sync"
	"sync/atomic"
)

// parallel runs work on all processors; each takes the next of n items until
// there is none.
func parallel(n int, work func(next func() (int, bool))) {
	var taken atomic.Int64
	next := func() (int, bool) {
		i := int(taken.Add(1)) - 1
		return i, i < n
	}
	var group sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), n) {
		group.Go(func() { work(next) })
	}
	group.Wait()
}
