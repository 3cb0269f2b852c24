package text

import (
	"iter"
	"runtime"
	"sync"
)

// batchSize is the number of inputs that a worker takes at once.
const batchSize = 64

// Parallel runs f over inputs on every core and yields the results in the order
// of the inputs. It reads only a few batches ahead, so that memory does not grow
// with their number. The first error, of the inputs or of f, comes with Out's
// zero value and ends it. A consumer may stop early.
func Parallel[In, Out any](inputs iter.Seq2[In, error], f func(In) (Out, error)) iter.Seq2[Out, error] {
	return func(yield func(Out, error) bool) {
		workers := runtime.GOMAXPROCS(0)
		stop := make(chan struct{})
		todo := make(chan *batch[In, Out], workers)
		ordered := make(chan *batch[In, Out], 2*workers)
		var running sync.WaitGroup
		defer running.Wait()
		defer close(stop)

		running.Go(func() {
			defer close(ordered)
			defer close(todo)
			read(inputs, stop, func(b *batch[In, Out]) bool {
				for _, to := range []chan *batch[In, Out]{ordered, todo} {
					select {
					case to <- b:
					case <-stop:
						return false
					}
				}
				return true
			})
		})
		for range workers {
			running.Go(func() {
				for b := range todo {
					b.run(f)
				}
			})
		}
		for b := range ordered {
			<-b.done
			for _, out := range b.outputs {
				if !yield(out, nil) {
					return
				}
			}
			if b.err != nil {
				var zero Out
				yield(zero, b.err)
				return
			}
		}
	}
}

// batch is the work of one goroutine. When done is closed, outputs holds the
// results up to the input that failed with err.
type batch[In, Out any] struct {
	inputs  []In
	outputs []Out
	err     error
	done    chan struct{}
}

func (b *batch[In, Out]) run(f func(In) (Out, error)) {
	defer close(b.done)
	for _, in := range b.inputs {
		out, err := f(in)
		if err != nil {
			b.err = err
			return
		}
		b.outputs = append(b.outputs, out)
	}
}

// read passes inputs to hand in batches until hand returns false or an input is
// an error.
func read[In, Out any](inputs iter.Seq2[In, error], stop chan struct{}, hand func(*batch[In, Out]) bool) {
	next := &batch[In, Out]{done: make(chan struct{})}
	for in, err := range inputs {
		if err != nil {
			next.err = err
			break
		}
		next.inputs = append(next.inputs, in)
		if len(next.inputs) < batchSize {
			continue
		}
		if !hand(next) {
			return
		}
		next = &batch[In, Out]{done: make(chan struct{})}
		select {
		case <-stop:
			return
		default:
		}
	}
	if len(next.inputs) > 0 || next.err != nil {
		hand(next)
	}
}
