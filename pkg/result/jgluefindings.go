package result

import (
	"cmp"
	"fmt"
	"slices"
)

// Findings says what the scores show beside what the paper says of its Table 2
// (section 3.3): JSTS is on a par with models of similar size, JCoLA is lower;
// within stage 1 nothing improves beyond 50k steps.
func (j *JGLUE) Findings() []string {
	var out []string
	for _, task := range Tasks {
		out = append(out, j.finding(task)...)
	}
	if s := j.worthOfAll(); s != "" {
		out = append(out, s)
	}
	return out
}

// finding compares a task's checkpoints.
func (j *JGLUE) finding(task string) (out []string) {
	type scored struct {
		JGLUEModel
		TaskScore
	}
	var line []scored
	for _, m := range j.Models {
		if s, ok := j.Score(m.Label(), task); ok && !m.Baseline() {
			line = append(line, scored{m, s})
		}
	}
	if len(line) == 0 {
		return nil
	}
	first, last := line[0], line[len(line)-1]
	text := fmt.Sprintf("%s: %s reaches %.1f (%s × 100, the best of %d runs)", task, last.Label(), 100*last.Best.Score, last.Best.Metric, last.Runs)
	if len(line) > 1 {
		text += fmt.Sprintf("; %s reached %.1f", first.Label(), 100*first.Best.Score)
	}
	if len(line) > 2 {
		top := slices.MaxFunc(line, func(a, b scored) int { return cmp.Compare(a.Best.Score, b.Best.Score) })
		text += fmt.Sprintf("; the highest is %.1f at %s", 100*top.Best.Score, top.Label())
	}
	paper := paperBest(task)
	text += fmt.Sprintf(". The paper's rises from %.1f at 4k to %.1f at 50k steps and ends stage 1 at %.1f.", paper(4_000), paper(50_000), paper(500_000))
	out = append(out, text)
	if note := last.Best.Note; note != "" {
		out = append(out, fmt.Sprintf("%s: %s.", task, note))
	}
	return out
}

// paperBest gives the paper's score of a task after so many steps of stage 1.
func paperBest(task string) func(step int) float64 {
	return func(step int) float64 {
		for _, p := range PaperTable2() {
			if p.Stage == 1 && p.Step == step {
				return map[string]float64{"JSTS": p.JSTS, "JNLI": p.JNLI, "JCoLA": p.JCoLA}[task]
			}
		}
		return 0
	}
}

// worthOfAll says how much of the scores is choosing.
func (j *JGLUE) worthOfAll() string {
	if len(j.Selections) == 0 {
		return ""
	}
	by := func(a, b Selection) int { return cmp.Compare(a.Worth(), b.Worth()) }
	least, most := slices.MinFunc(j.Selections, by), slices.MaxFunc(j.Selections, by)
	return fmt.Sprintf("Choosing the best run on the rows that it is scored on adds between %.1f (%s, %s) and %.1f points (%s, %s) that are not there on other rows.",
		100*least.Worth(), least.Model, least.Task, 100*most.Worth(), most.Model, most.Task)
}
