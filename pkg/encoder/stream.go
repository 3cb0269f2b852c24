package encoder

import (
	"context"
	"iter"
)

// The numbers of rows that a stream is computed by, so that memory does not grow with
// it. The first window is small, so that computing begins early; later ones are large,
// so that many rows have similar lengths.
const (
	firstWindow = 1 << 11
	lastWindow  = 1 << 15
)

// EmbedStream returns [Encoder.EmbedRows] of rows that are still being read or
// tokenized: while it computes some, it takes the next ones from the stream. Progress
// gets a total of 0 as long as it is unknown.
func (e *Encoder) EmbedStream(ctx context.Context, rows iter.Seq2[Row, error], pooling Pooling) (embeddings []float32, n int, err error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	tell := e.Options.Progress
	defer func() { e.Options.Progress = tell }()
	for w := range windows(ctx, rows) {
		if w.err != nil {
			return nil, 0, w.err
		}
		if tell != nil {
			e.Options.Progress = func(done, _ int) { tell(n+done, 0) }
		}
		more, err := e.EmbedRows(ctx, w.rows, pooling)
		if err != nil {
			return nil, 0, err
		}
		n += len(w.rows)
		embeddings = append(embeddings, more...)
	}
	if err := ctx.Err(); err != nil {
		return nil, 0, err
	}
	if tell != nil {
		tell(n, n)
	}
	return embeddings, n, nil
}

// A window holds some rows of a stream, or the error that ended it.
type window struct {
	rows []Row
	err  error
}

// windows reads a stream one window ahead, until ctx ends.
func windows(ctx context.Context, rows iter.Seq2[Row, error]) <-chan window {
	out := make(chan window)
	go func() {
		defer close(out)
		send := func(w window) bool {
			select {
			case out <- w:
				return true
			case <-ctx.Done():
				return false
			}
		}
		next, size := window{}, firstWindow
		for row, err := range rows {
			if err != nil {
				send(window{err: err})
				return
			}
			next.rows = append(next.rows, row)
			if len(next.rows) < size {
				continue
			}
			if !send(next) {
				return
			}
			next, size = window{}, min(2*size, lastWindow)
		}
		if len(next.rows) > 0 {
			send(next)
		}
	}()
	return out
}
