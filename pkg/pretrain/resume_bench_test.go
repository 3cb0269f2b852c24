package pretrain

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"testing"

	"llmjp.internal/modernbert/pkg/run"
)

// BenchmarkResume goes on with a run that stands at step 10 and with one at
// step 10,000,000, whose log has two gigabytes, by one step. On two cores 3.0 s and 3.5 s, most of it compiling.
func BenchmarkResume(b *testing.B) {
	for _, step := range []int{10, 10_000_000} {
		b.Run(fmt.Sprint("step-", step), func(b *testing.B) {
			opt := options(b, append(small[:len(small):len(small)], "eval_every=0", "total_steps=20000000", "checkpoint_every=0")...)
			opt.Steps = 10
			mustRun(b, opt)
			if step > 10 {
				moveTo(b, opt.Output, step)
			}
			for b.Loop() {
				opt.Steps = step + 1
				if s := mustRun(b, opt); s.Steps != 1 || s.Step != step+1 {
					b.Fatalf("%+v", s)
				}
				if err := os.RemoveAll(filepath.Join(opt.Output, run.Staying, run.StepName(step+1))); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// moveTo makes of a run at step 10 one that stands at a later step.
func moveTo(tb testing.TB, output string, step int) {
	tb.Helper()
	from, to := filepath.Join(output, run.Staying, run.StepName(10)), filepath.Join(output, run.Staying, run.StepName(step))
	s, err := run.Verify(from)
	if err != nil {
		tb.Fatal(err)
	}
	s.Step = step
	err = s.Seal(from)
	if err == nil {
		err = os.Rename(from, to)
	}
	if err != nil {
		tb.Fatal(err)
	}
	log, err := os.OpenFile(filepath.Join(output, run.LogFile), os.O_WRONLY, 0)
	if err != nil {
		tb.Fatal(err)
	}
	defer log.Close()
	if _, err := log.Seek(2<<30, io.SeekStart); err != nil { // the lines before are a hole: nobody reads them
		tb.Fatal(err)
	}
	for k := step - 1000; k <= step; k++ {
		fmt.Fprintf(log, "{\"step\":%d}\n", k)
	}
}
