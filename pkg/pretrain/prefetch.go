package pretrain

import (
	"context"
	"fmt"
	"time"

	"llmjp.internal/modernbert/pkg/train"
)

// loaded is a batch, or the error met while making it.
type loaded struct {
	batch *batch
	err   error
}

// prefetched is the number of batches that are made ahead of the device.
const prefetched = 3

// prefetch makes the batches of the steps first … last in the background and
// compiles the graphs that they are the first to need.
func (l *loader) prefetch(ctx context.Context, first, last int, prepare func([]train.MicroBatch) error) <-chan loaded {
	out := make(chan loaded, prefetched)
	go func() {
		defer close(out)
		known := map[string]bool{}
		for step := first; step <= last; step++ {
			b, err := l.draw(step)
			if err == nil {
				l.makeTensors(b)
				err = compile(b, known, prepare)
			}
			select {
			case out <- loaded{b, err}:
			case <-ctx.Done():
				return
			}
			if err != nil {
				return
			}
		}
	}()
	return out
}

// compile prepares the graphs of a batch if one of its micro-batches has a new
// shape. A batch of a single micro-batch may have a graph of its own.
func compile(b *batch, known map[string]bool, prepare func([]train.MicroBatch) error) error {
	found := false
	for _, micro := range b.micro {
		shape := fmt.Sprint(micro.Inputs[0].Shape(), micro.Inputs[2].Shape(), len(b.micro) == 1)
		found = found || !known[shape]
		known[shape] = true
	}
	if !found {
		return nil
	}
	began := time.Now()
	err := prepare(b.micro)
	b.compiling = time.Since(began).Seconds()
	return err
}
