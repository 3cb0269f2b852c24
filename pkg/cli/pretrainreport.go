package cli

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/schollz/progressbar/v3"

	"llmjp.internal/modernbert/pkg/pretrain"
	"llmjp.internal/modernbert/pkg/result"
)

// pretrainReporter shows a run on stderr: a bar on a terminal, else a line now
// and then.
type pretrainReporter struct {
	stderr io.Writer
	bar    *progressbar.ProgressBar
	spoke  time.Time
	// compiled ends the line that says why nothing moves yet.
	compiled func()
}

func newPretrainReporter(stderr io.Writer) *pretrainReporter {
	return &pretrainReporter{stderr: stderr, compiled: waiting(stderr)}
}

func (r *pretrainReporter) report(line string) {
	r.compiled()
	if r.bar == nil {
		defer func() { r.compiled = waiting(r.stderr) }()
	}
	if r.bar != nil {
		_ = r.bar.Clear()
	}
	fmt.Fprintln(r.stderr, line)
}

func (r *pretrainReporter) progress(p pretrain.Progress) {
	r.compiled()
	state := fmt.Sprintf("loss %.3f, %s tokens/s, padding %.0f%%", p.Loss, thousands(int(p.Rate())), 100*p.Padding)
	if terminal(r.stderr) {
		if r.bar == nil {
			r.bar = progressbar.NewOptions(p.TotalSteps, progressbar.OptionSetWriter(r.stderr), progressbar.OptionShowCount(),
				progressbar.OptionSetPredictTime(true), progressbar.OptionClearOnFinish())
		}
		r.bar.Describe(state)
		_ = r.bar.Set(p.Step)
		return
	}
	if p.Step == p.TotalSteps || time.Since(r.spoke) >= progressEvery {
		r.spoke = time.Now()
		left := ""
		if p.Left > 0 {
			left = fmt.Sprintf(", %s left", p.Left.Round(time.Second))
		}
		fmt.Fprintf(r.stderr, "step %d of %d: %s, gradient %.3g, lr %.2e%s\n", p.Step, p.TotalSteps, state, p.GradNorm, p.LR, left)
	}
}

func (r *pretrainReporter) evaluated(e result.Evaluation) {
	line := fmt.Sprintf("step %d: validation loss %.4f, accuracy %.2f%%", e.Step, e.Loss, 100*e.Accuracy)
	if e.Recall10 != nil && e.MRR10 != nil {
		line += fmt.Sprintf(", retrieval Recall@10 %.3f, MRR@10 %.3f", *e.Recall10, *e.MRR10)
	}
	r.report(line)
}

func (r *pretrainReporter) end() {
	r.compiled()
	if r.bar != nil {
		_ = r.bar.Finish()
	}
}

// thousands writes 12345 as 12,345.
func thousands(n int) string {
	digits := fmt.Sprint(n)
	var b strings.Builder
	for i, d := range digits {
		if i > 0 && (len(digits)-i)%3 == 0 && digits[i-1] != '-' {
			b.WriteByte(',')
		}
		b.WriteRune(d)
	}
	return b.String()
}
