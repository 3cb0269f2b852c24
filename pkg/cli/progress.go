package cli

import (
	"cmp"
	"fmt"
	"io"
	"time"

	"github.com/schollz/progressbar/v3"
)

// progressEvery is how often progress is said where nobody watches.
const progressEvery = 10 * time.Second

// progress reports work on stderr: a bar on a terminal, else a line now and
// then. Its function is told 0 for a total that is not known yet.
func progress(stderr io.Writer, what string) func(done, total int) {
	if terminal(stderr) {
		var bar *progressbar.ProgressBar
		return func(done, total int) {
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
