package finding

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/stat"

	"llmjp.internal/modernbert/pkg/eval/metric"
	"llmjp.internal/modernbert/pkg/result"
)

// A TaskScore sums up the sweep of one model on one task.
type TaskScore struct {
	Runs int
	// Best is the run with the greatest score, as the paper reports it: chosen
	// on the validation set, and so too high.
	Best result.FineTuneRun
	// Mean and Deviation are over the seeds of the best run's setting;
	// Deviation is 0 for a single seed.
	Seeds           int
	Mean, Deviation float64
	// Median is over all settings of the sweep (each its mean over seeds).
	Settings int
	Median   float64
}

// Chosen returns the gain of picking the best run: its score minus the mean of
// the same setting over all seeds.
func (s TaskScore) Chosen() float64 { return s.Best.Score - s.Mean }

// Score sums up the runs of a model on a task; ok is false without runs.
func Score(j *result.JGLUE, model, task string) (s TaskScore, ok bool) {
	type setting struct {
		lr     float64
		epochs int
	}
	scores := map[setting][]float64{}
	for _, r := range j.Runs {
		if r.Model != model || r.Task != task {
			continue
		}
		if s.Runs++; s.Runs == 1 || r.Score > s.Best.Score {
			s.Best = r
		}
		at := setting{r.LR, r.Epochs}
		scores[at] = append(scores[at], r.Score)
	}
	if s.Runs == 0 {
		return s, false
	}
	of := scores[setting{s.Best.LR, s.Best.Epochs}]
	s.Seeds, s.Mean = len(of), stat.Mean(of, nil)
	if len(of) > 1 {
		s.Deviation = stat.StdDev(of, nil)
	}
	var means []float64
	for _, xs := range scores {
		means = append(means, stat.Mean(xs, nil))
	}
	s.Settings = len(means)
	_, s.Median, _ = metric.Quartiles(means)
	return s, true
}

// A Grid has the mean score over seeds of each setting of a sweep.
type Grid struct {
	LRs    []float64
	Epochs []int
	Scores [][]float64 // [lr][epochs], NaN where there is no run
}

// Sweep returns the grid of a model's sweep on a task.
func Sweep(j *result.JGLUE, model, task string) Grid {
	var g Grid
	for _, r := range j.Runs {
		if r.Model == model && r.Task == task {
			g.LRs = append(g.LRs, r.LR)
			g.Epochs = append(g.Epochs, r.Epochs)
		}
	}
	g.LRs, g.Epochs = sortedSet(g.LRs), sortedSet(g.Epochs)
	for _, lr := range g.LRs {
		row := make([]float64, len(g.Epochs))
		for k, epochs := range g.Epochs {
			sum, n := 0.0, 0
			for _, r := range j.Runs {
				if r.Model == model && r.Task == task && r.LR == lr && r.Epochs == epochs {
					sum, n = sum+r.Score, n+1
				}
			}
			row[k] = math.NaN()
			if n > 0 {
				row[k] = sum / float64(n)
			}
		}
		g.Scores = append(g.Scores, row)
	}
	return g
}

func sortedSet[T cmp.Ordered](xs []T) []T {
	slices.Sort(xs)
	return slices.Compact(xs)
}

// jglue describes the scores beside the paper's Table 2 (section 3.3): JSTS is
// on a par with models of similar size, JCoLA is lower; within stage 1 nothing
// improves beyond 50k steps. Scores are the best of a sweep; what choosing
// adds is the last sentence.
func jglue(j *result.JGLUE) []string {
	var out []string
	for _, task := range result.Tasks {
		out = append(out, ofTask(j, task)...)
	}
	if s := worthOfAll(j); s != "" {
		out = append(out, s)
	}
	return out
}

// ofTask compares a task's checkpoints.
func ofTask(j *result.JGLUE, task string) (out []string) {
	type scored struct {
		result.JGLUEModel
		TaskScore
	}
	var line []scored
	for _, m := range j.Models {
		if s, ok := Score(j, m.Label(), task); ok && !m.Baseline() {
			line = append(line, scored{m, s})
		}
	}
	if len(line) == 0 {
		return nil
	}
	first, last := line[0], line[len(line)-1]
	text := fmt.Sprintf("%s: %s reaches %.1f (%s × 100, the best of %d runs)", task, last.Label(), 100*last.Best.Score, last.Best.Metric, last.Runs)
	if last.Seeds > 1 {
		text += fmt.Sprintf(", its setting over %d seeds %.1f ± %.1f", last.Seeds, 100*last.Mean, 100*last.Deviation)
	}
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

// paperBest returns the paper's score of a task after so many steps of stage 1.
func paperBest(task string) func(step int) float64 {
	return func(step int) float64 {
		for _, p := range result.PaperTable2() {
			if p.Stage == 1 && p.Step == step {
				return map[string]float64{"JSTS": p.JSTS, "JNLI": p.JNLI, "JCoLA": p.JCoLA}[task]
			}
		}
		return 0
	}
}

// worthOfAll says how much of the scores is choosing.
func worthOfAll(j *result.JGLUE) string {
	if len(j.Selections) == 0 {
		return ""
	}
	by := func(a, b result.Selection) int { return cmp.Compare(a.Optimism(), b.Optimism()) }
	least, most := slices.MinFunc(j.Selections, by), slices.MaxFunc(j.Selections, by)
	return fmt.Sprintf("Choosing the best run on the rows that it is scored on adds between %.1f (%s, %s) and %.1f points (%s, %s) that are not there on other rows.",
		100*least.Optimism(), least.Model, least.Task, 100*most.Optimism(), most.Model, most.Task)
}
