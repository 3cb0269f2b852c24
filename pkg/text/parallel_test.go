package text_test

import (
	"errors"
	"iter"
	"testing"

	"llmjp.internal/modernbert/pkg/text"
)

func count(n int, end error) iter.Seq2[int, error] {
	return func(yield func(int, error) bool) {
		for i := range n {
			if !yield(i, nil) {
				return
			}
		}
		if end != nil {
			yield(0, end)
		}
	}
}

func TestParallel(t *testing.T) {
	broken := errors.New("broken")
	for _, c := range []struct {
		name     string
		n        int
		end      error
		failAt   int
		want     int
		wantFail bool
	}{
		{"none", 0, nil, -1, 0, false},
		{"one", 1, nil, -1, 1, false},
		{"many", 1000, nil, -1, 1000, false},
		{"input fails", 130, broken, -1, 130, true},
		{"at once", 0, broken, -1, 0, true},
		{"work fails", 1000, nil, 700, 700, true},
		{"work fails first", 100, broken, 0, 0, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := 0
			var failed error
			for out, err := range text.Parallel(count(c.n, c.end), func(i int) (int, error) {
				if i == c.failAt {
					return 0, broken
				}
				return i * i, nil
			}) {
				if failed != nil {
					t.Fatal("something comes after the error")
				}
				if err != nil {
					failed = err
					continue
				}
				if out != got*got {
					t.Fatalf("result %d is %d, want %d", got, out, got*got)
				}
				got++
			}
			if got != c.want || errors.Is(failed, broken) != c.wantFail {
				t.Errorf("%d results and error %v, want %d and %v", got, failed, c.want, c.wantFail)
			}
		})
	}
}

// TestParallelStops reads no further than a few batches when nobody takes more.
func TestParallelStops(t *testing.T) {
	read := 0
	endless := func(yield func(int, error) bool) {
		for yield(read, nil) {
			read++
		}
	}
	for range text.Parallel(endless, func(i int) (int, error) { return i, nil }) {
		break
	}
	if read > 1<<16 {
		t.Errorf("%d inputs were read for one", read)
	}
}
