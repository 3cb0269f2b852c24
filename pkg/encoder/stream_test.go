package encoder

import (
	"context"
	"errors"
	"iter"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// stream yields n rows of lengths that go up and down, then err if it is not nil.
func stream(n int, err error) iter.Seq2[Row, error] {
	return func(yield func(Row, error) bool) {
		for i := range n {
			if !yield(Row{IDs: []int32{5, int32(i % 300), 6}[:1+i%3]}, nil) {
				return
			}
		}
		if err != nil {
			yield(Row{}, err)
		}
	}
}

// A stream of several windows gives what the same rows give at once, and its
// progress does not go back.
func TestEmbedStream(t *testing.T) {
	ctx := context.Background()
	e := open(t, "modernbert", Options{BatchTokens: 1 << 14})
	n := firstWindow + 2*firstWindow + 5
	var rows []Row
	for row := range stream(n, nil) {
		rows = append(rows, row)
	}
	want, err := e.EmbedRows(ctx, rows, Mean)
	if err != nil {
		t.Fatal(err)
	}
	last := 0
	e.Options.Progress = func(done, total int) {
		if done < last || total != 0 && total != n {
			t.Errorf("progress %d of %d after %d", done, total, last)
		}
		last = done
	}
	got, count, err := e.EmbedStream(ctx, stream(n, nil), Mean)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got, cmpopts.EquateApprox(0, 1e-5)); diff != "" || count != n || last != n {
		t.Errorf("%d rows, progress ended at %d\n%s", count, last, diff)
	}
	e.Options.Progress = nil
	bad := errors.New("line 7")
	if _, _, err := e.EmbedStream(ctx, stream(n, bad), Mean); !errors.Is(err, bad) {
		t.Errorf("error %v", err)
	}
	ctx, cancel := context.WithCancel(ctx)
	cancel()
	if _, _, err := e.EmbedStream(ctx, stream(n, nil), Mean); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
}
