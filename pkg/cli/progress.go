package cli

import (
	"cmp"
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/schollz/progressbar/v3"
)

// progressEvery is the time between two lines of progress where nobody watches.
const progressEvery = 10 * time.Second

// silence is the time after which somebody who watches is told why nothing
// moves yet.
const silence = 3 * time.Second

// waiting says on a terminal, after a silence, that the first batch is being
// compiled; stop, which the first progress calls, takes the line away.
func waiting(stderr io.Writer) (stop func()) {
	if !terminal(stderr) {
		return func() {}
	}
	return wait(stderr, silence)
}

func wait(stderr io.Writer, after time.Duration) (stop func()) {
	var mu sync.Mutex
	shown, stopped := false, false
	timer := time.AfterFunc(after, func() {
		mu.Lock()
		defer mu.Unlock()
		if !stopped {
			fmt.Fprint(stderr, "compiling …")
			shown = true
		}
	})
	return func() {
		timer.Stop()
		mu.Lock()
		defer mu.Unlock()
		if shown && !stopped {
			fmt.Fprint(stderr, "\r           \r")
		}
		stopped = true
	}
}

// progress reports work on stderr: a bar on a terminal, else a line now and
// then. A total of 0 is one that is not known yet.
func progress(stderr io.Writer, what string) func(done, total int) {
	if terminal(stderr) {
		var bar *progressbar.ProgressBar
		compiled := waiting(stderr)
		return func(done, total int) {
			compiled()
			if bar == nil {
				bar = progressbar.NewOptions(cmp.Or(total, -1), progressbar.OptionSetWriter(stderr),
					progressbar.OptionSetDescription(what), progressbar.OptionShowCount())
			}
			_ = bar.Set(done)
			if done == total {
				fmt.Fprintln(stderr)
				bar = nil
			}
		}
	}
	spoke := time.Now()
	return func(done, total int) {
		if time.Since(spoke) < progressEvery {
			return
		}
		spoke = time.Now()
		if total == 0 {
			fmt.Fprintf(stderr, "%s: %d\n", what, done)
			return
		}
		fmt.Fprintf(stderr, "%s: %d of %d\n", what, done, total)
	}
}
