package figure

import (
	"fmt"

	"llmjp.internal/modernbert/pkg/result"
)

// JGLUETable is Table 2: the best score of each task x 100. Each of our rows
// stands below the paper's of the same checkpoint or baseline, the others at
// the end.
func JGLUETable(j *result.JGLUE) (*Table, error) {
	if err := j.Validate(); err != nil {
		return nil, fmt.Errorf("jglue-table: %w", err)
	}
	t := &Table{
		Name: "jglue-table", Caption: "JGLUE (Table 2): best score × 100 over learning rates and epochs, on the validation split",
		Columns: append(left("Model", "Source", "Params"), right("JSTS", "JNLI", "JCoLA", "Avg")...),
		Notes:   notes(j.Provenance),
	}
	marks := map[string]string{} // a run's note -> its mark
	done := map[string]bool{}
	ours := func(m result.JGLUEModel) {
		done[m.Label()] = true
		cells := row(m.Label(), "ours", parameters(m.Parameters))
		sum, n := 0.0, 0
		for _, task := range result.Tasks {
			s, ok := j.Score(m.Label(), task)
			if !ok {
				cells = append(cells, Cell{Text: nothing})
				continue
			}
			text := fmt.Sprintf("%.1f", 100*s.Best.Score)
			if note := s.Best.Note; note != "" {
				if marks[note] == "" {
					marks[note] = string(rune('a' + len(marks)))
					t.Notes = append(t.Notes, fmt.Sprintf("(%s) %s", marks[note], note))
				}
				text += " (" + marks[note] + ")"
			}
			cells = append(cells, Cell{Text: text})
			sum, n = sum+100*s.Best.Score, n+1
		}
		average := nothing
		if n == len(result.Tasks) {
			average = fmt.Sprintf("%.1f", sum/float64(n))
		}
		t.Rows = append(t.Rows, append(cells, Cell{Text: average}))
	}
	for _, p := range result.PaperTable2() {
		t.Rows = append(t.Rows, row(p.Label(), "paper", p.Parameters, fmt.Sprintf("%.1f", p.JSTS), fmt.Sprintf("%.1f", p.JNLI), fmt.Sprintf("%.1f", p.JCoLA), fmt.Sprintf("%.1f", p.Average)))
		for _, m := range j.Models {
			if m.Label() == p.Label() {
				ours(m)
			}
		}
	}
	for _, m := range j.Models {
		if !done[m.Label()] {
			ours(m)
		}
	}
	return t, nil
}

// JGLUESpread says what the best of a sweep is worth: the same setting over
// its seeds, and the median over all settings.
func JGLUESpread(j *result.JGLUE) (*Table, error) {
	if err := j.Validate(); err != nil {
		return nil, fmt.Errorf("jglue-spread: %w", err)
	}
	t := &Table{
		Name: "jglue-spread", Caption: "JGLUE: the best run of each sweep × 100, the mean and deviation of its setting over seeds, and the median of all settings",
		Columns: append(left("Model", "Task", "Metric"), right("Runs", "Best", "Rate", "Epochs", "Mean ± deviation", "Seeds", "Chosen", "Worth", "Median", "Settings")...),
		Notes:   append(notes(j.Provenance), "Chosen: best minus the mean over seeds. Worth: what choosing the best run on the validation split adds, measured as the score of the run that is best on a random half of the rows, there minus on the other half."),
	}
	for _, m := range j.Models {
		for _, task := range result.Tasks {
			s, ok := j.Score(m.Label(), task)
			if !ok {
				continue
			}
			spread := fmt.Sprintf("%.1f", 100*s.Mean)
			if s.Seeds > 1 {
				spread += fmt.Sprintf(" ± %.1f", 100*s.Deviation)
			}
			t.Rows = append(t.Rows, row(m.Label(), task, s.Best.Metric, fmt.Sprint(s.Runs), fmt.Sprintf("%.1f", 100*s.Best.Score),
				rate(s.Best.LR), fmt.Sprint(s.Best.Epochs), spread, fmt.Sprint(s.Seeds), chosen(s), worth(j, m.Label(), task), fmt.Sprintf("%.1f", 100*s.Median), fmt.Sprint(s.Settings)))
		}
	}
	return t, nil
}

// chosen is best minus mean; with one seed they are the same run.
func chosen(s result.TaskScore) string {
	if s.Seeds < 2 {
		return nothing
	}
	return fmt.Sprintf("%.1f", 100*s.Chosen())
}

func worth(j *result.JGLUE, model, task string) string {
	s, ok := j.Selection(model, task)
	if !ok {
		return nothing
	}
	return fmt.Sprintf("%.1f", 100*s.Worth())
}

// parameters writes a count as the paper does: 187M.
func parameters(n int) string {
	switch {
	case n == 0:
		return ""
	case n >= 1e6:
		return fmt.Sprintf("%.0fM", float64(n)/1e6)
	default:
		return short(float64(n))
	}
}
