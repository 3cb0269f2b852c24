package figure

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"gonum.org/v1/plot/vg/draw"

	"llmjp.internal/modernbert/pkg/eval/finding"
	"llmjp.internal/modernbert/pkg/result"
)

// JGLUESteps draws the best score of each task at each checkpoint of a run,
// in the order of time, with the paper's released model as a dashed line. A
// bar is the deviation over seeds.
func JGLUESteps(j *result.JGLUE) (*Figure, error) {
	if err := j.Validate(); err != nil {
		return nil, fmt.Errorf("jglue-steps: %w", err)
	}
	var models []result.JGLUEModel
	for _, m := range j.Models {
		if !m.Baseline() {
			models = append(models, m)
		}
	}
	if len(models) == 0 {
		return nil, NothingToDraw{"jglue-steps", "no model is a checkpoint of a run (stage 1 or 2)"}
	}
	slices.SortStableFunc(models, func(a, b result.JGLUEModel) int { return (a.Stage-b.Stage)*1e9 + a.Step - b.Step })
	released := result.PaperTable2()[len(result.PaperTable2())-1]
	paper := map[string]float64{"JSTS": released.JSTS, "JNLI": released.JNLI, "JCoLA": released.JCoLA}

	return newFigure("jglue-steps", DoubleColumn, func(style Style) (*sheet, error) {
		var panels []*panel
		alt := "Best fine-tuning score over pretraining steps."
		for k, task := range result.Tasks {
			var points xys
			var deviations []float64
			for i, m := range models {
				if s, ok := finding.Score(j, m.Label(), task); ok {
					points = append(points, xy{X: float64(i), Y: 100 * s.Best.Score})
					deviations = append(deviations, 100*s.Deviation)
					alt += fmt.Sprintf(" %s, %s: %.1f.", task, m.Label(), 100*s.Best.Score)
				}
			}
			if len(points) == 0 {
				continue
			}
			p := style.panel(panelTitle(j, task), "Checkpoint", "Best score × 100")
			c := style.color(k)
			low, high := paper[task], paper[task]
			for i, q := range points {
				low, high = math.Min(low, q.Y-deviations[i]), math.Max(high, q.Y+deviations[i])
			}
			p.X.Min, p.X.Max = -0.5, float64(len(models))-0.5
			p.Y.Min, p.Y.Max = span(low, high, 0.08)
			p.X.Marker = checkpointTicks(models)
			p.grid()
			p.level(paper[task], muted)
			p.curve(points, lineStyle(c, 1.2), draw.CircleGlyph{}, 2)
			for i, q := range points {
				p.line(xys{{X: q.X, Y: q.Y - deviations[i]}, {X: q.X, Y: q.Y + deviations[i]}}, lineStyle(c, 0.8))
			}
			panels = append(panels, p)
		}
		dashed := lineStyle(muted, 0.8, dashes...)
		keys := []key{{label: fmt.Sprintf("paper: released model (%s)", released.Label()), line: &dashed}}
		return &sheet{alt: alt, keys: keys, panels: panels, columns: 3, aspect: 0.85, once: true}, nil
	})
}

// panelTitle names a task, and says so where its scores cannot be compared
// with the paper's.
func panelTitle(j *result.JGLUE, task string) string {
	if slices.ContainsFunc(j.Runs, func(r result.FineTuneRun) bool { return r.Task == task && r.Note != "" }) {
		return task + " (not the paper's rows)"
	}
	return task
}

// checkpointTicks names every checkpoint, or every other one where they are
// many: the step, and below it the stage where it begins.
func checkpointTicks(models []result.JGLUEModel) at {
	a := at{format: func(x float64) string {
		m := models[int(x)]
		if int(x) == 0 || models[int(x)-1].Stage != m.Stage {
			return fmt.Sprintf("%s\nstage %d", result.Steps(m.Step), m.Stage)
		}
		return result.Steps(m.Step) + "\n "
	}}
	every := (len(models) + 7) / 8
	for i := range models {
		stageBegins := i == 0 || models[i].Stage != models[i-1].Stage
		if i%every == 0 || stageBegins {
			a.values = append(a.values, float64(i))
		}
	}
	return a
}

// JGLUESweep draws the sweep of one model as a heat map a task: the score
// × 100 of each learning rate and number of epochs, the best framed.
func JGLUESweep(j *result.JGLUE, model string) (*Figure, error) {
	if err := j.Validate(); err != nil {
		return nil, fmt.Errorf("jglue-sweep: %w", err)
	}
	return newFigure("jglue-sweep", DoubleColumn, func(style Style) (*sheet, error) {
		var panels []*panel
		for _, task := range result.Tasks {
			g := finding.Sweep(j, model, task)
			if len(g.LRs) == 0 {
				continue
			}
			p := style.panel(panelTitle(j, task), "Epochs", "Peak learning rate")
			rows, columns := make([]string, len(g.LRs)), make([]string, len(g.Epochs))
			scores := make([][]float64, len(g.LRs))
			for i, lr := range g.LRs {
				rows[i] = rate(lr)
				scores[i] = make([]float64, len(g.Epochs))
				for k := range g.Epochs {
					scores[i][k] = 100 * g.Scores[i][k]
				}
			}
			for k, e := range g.Epochs {
				columns[k] = fmt.Sprint(e)
			}
			p.cells(scores, rows, columns, "%.1f", true)
			panels = append(panels, p)
		}
		if len(panels) == 0 {
			return nil, NothingToDraw{"jglue-sweep", fmt.Sprintf("no run of %q", model)}
		}
		return &sheet{alt: "Fine-tuning scores of " + model + " by learning rate and epochs.", panels: panels, columns: 3, aspect: 0.85, once: true}, nil
	})
}

// rate writes a learning rate: 5e-6, not 5e-06.
func rate(lr float64) string {
	mantissa, exponent, ok := strings.Cut(strconv.FormatFloat(lr, 'e', -1, 64), "e-0")
	if !ok {
		return fmt.Sprintf("%g", lr)
	}
	return mantissa + "e\u2212" + exponent
}
