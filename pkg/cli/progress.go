package cli

import (
	"fmt"
	"io"
	"time"

	"github.com/schollz/progressbar/v3"
)

// progressEvery is how often progress is said where nobody watches.
const progressEvery = 10 * time.Second

// progress reports work of known size on stderr: a bar on a terminal, else a
// line now and then.
func progress(stderr io.Writer, what string) func(done, total int) {
	if terminal(stderr) {
		var bar *progressbar.ProgressBar
		return func(done, total int) {
			if bar == nil {
				bar = progressbar.NewOptions(total, progressbar.OptionSetWriter(stderr),
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
		if time.Since(spoke) >= progressEvery {
			fmt.Fprintf(stderr, "%s: %d of %d\n", what, done, total)
			spoke = time.Now()
		}
	}
}
