package figure

import (
	"fmt"
	"strings"

	"llmjp.internal/modernbert/pkg/eval/finding"
	"llmjp.internal/modernbert/pkg/result"
)

// JGLUETable tabulates Table 2: the best score of each task × 100. Each of our rows
// stands below the paper's of the same checkpoint or baseline, the others at
// the end. Scores that cannot be compared with the paper's, such as those from
// substitutes for training labels, stand in a row of their own that says so,
// each with a mark to the note that says why.
func JGLUETable(j *result.JGLUE) (*Table, error) {
	if err := j.Validate(); err != nil {
		return nil, fmt.Errorf("jglue-table: %w", err)
	}
	t := &Table{
		Name: "jglue-table", Caption: "JGLUE (Table 2): best score × 100 of a sweep",
		Columns: append(left("Model", "Source", "Params"), right("JSTS", "JNLI", "JCoLA", "Avg")...),
		Notes:   append([]string{"Best: over learning rates and epochs, on the validation split."}, notes(j.Provenance)...),
	}
	letters := marks{notes: &t.Notes}
	done := map[string]bool{}
	ours := func(m result.JGLUEModel) {
		done[m.Label()] = true
		for _, source := range []string{"ours", "ours, not comparable"} {
			if cells := scores(j, m.Label(), source == "ours", &letters); cells != nil {
				t.Rows = append(t.Rows, append(row(m.Label(), source, parameters(m.Parameters)), cells...))
			}
		}
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

// scores returns the cells of a model's row: its best scores that are comparable
// with the paper's, or those that are not, and their mean where the row has all
// tasks. It is nil where the row has none.
func scores(j *result.JGLUE, model string, comparable bool, letters *marks) (cells []Cell) {
	sum, n := 0.0, 0
	for _, task := range result.Tasks {
		s, ok := finding.Score(j, model, task)
		if !ok || (s.Best.Note == "") != comparable {
			cells = append(cells, Cell{Text: nothing})
			continue
		}
		cells = append(cells, Cell{Text: minus(fmt.Sprintf("%.1f", 100*s.Best.Score)) + letters.of(s.Best.Note)})
		sum, n = sum+100*s.Best.Score, n+1
	}
	switch n {
	case 0:
		return nil
	case len(result.Tasks):
		return append(cells, Cell{Text: fmt.Sprintf("%.1f", sum/float64(n))})
	}
	return append(cells, Cell{Text: nothing})
}

// A marks letters a table's notes.
type marks struct {
	notes *[]string
	known map[string]string
}

// of returns a note's mark, " (a)", and "" for no note. A new note goes below
// the table.
func (m *marks) of(note string) string {
	if note == "" {
		return ""
	}
	if m.known == nil {
		m.known = map[string]string{}
	}
	if m.known[note] == "" {
		m.known[note] = fmt.Sprintf(" (%c)", 'a'+len(m.known))
		*m.notes = append(*m.notes, strings.TrimSpace(m.known[note])+" "+note)
	}
	return m.known[note]
}

// JGLUESpread tabulates what the best of a sweep is worth: the same setting over
// its seeds, and the median over all settings.
func JGLUESpread(j *result.JGLUE) (*Table, error) {
	if err := j.Validate(); err != nil {
		return nil, fmt.Errorf("jglue-spread: %w", err)
	}
	t := &Table{
		Name: "jglue-spread", Caption: "JGLUE: scores × 100 of each sweep",
		Columns: append(left("Model", "Task", "Metric"), right("Runs", "Best", "Rate", "Epochs", "Mean ± deviation", "Seeds", "Chosen", "Worth", "Median", "Settings")...),
		Notes:   append(notes(j.Provenance), "Mean and deviation: of the best run's setting over its seeds. Median: of all settings. Chosen: best minus the mean over seeds. Worth: what choosing the best run on the validation split adds, measured as the score of the run that is best on a random half of the rows, there minus on the other half."),
	}
	letters := marks{notes: &t.Notes}
	for _, m := range j.Models {
		for _, task := range result.Tasks {
			s, ok := finding.Score(j, m.Label(), task)
			if !ok {
				continue
			}
			spread := minus(fmt.Sprintf("%.1f", 100*s.Mean))
			if s.Seeds > 1 {
				spread += fmt.Sprintf(" ± %.1f", 100*s.Deviation)
			}
			t.Rows = append(t.Rows, row(m.Label(), task+letters.of(s.Best.Note), s.Best.Metric, fmt.Sprint(s.Runs), minus(fmt.Sprintf("%.1f", 100*s.Best.Score)),
				rate(s.Best.LR), fmt.Sprint(s.Best.Epochs), spread, fmt.Sprint(s.Seeds), chosen(s), worth(j, m.Label(), task), minus(fmt.Sprintf("%.1f", 100*s.Median)), fmt.Sprint(s.Settings)))
		}
	}
	return t, nil
}

// JGLUEErrors tabulates, a task after another, the n validation rows that the best
// run of a model gets most wrong.
func JGLUEErrors(j *result.JGLUE, model string, n int) (*Table, error) {
	if err := j.Validate(); err != nil {
		return nil, fmt.Errorf("jglue-errors: %w", err)
	}
	t := &Table{
		Name: "jglue-errors", Caption: "JGLUE: what the best run of " + model + " gets most wrong",
		Columns: append(left("Task", "Sentence", "Second sentence", "Label", "Prediction"), right("Error")...),
		Notes:   []string{"Error: the distance from the label (JSTS), or the probability that was given to the wrong class."},
	}
	for _, task := range result.Tasks {
		for _, m := range j.Worst(model, task, n) {
			t.Rows = append(t.Rows, row(task, m.Sentence1, m.Sentence2, m.Label, m.Prediction, fmt.Sprintf("%.2f", m.Error)))
		}
	}
	if len(t.Rows) == 0 {
		return nil, NothingToDraw{"jglue-errors", fmt.Sprintf("no prediction of %q is kept", model)}
	}
	return t, nil
}

// chosen writes best minus mean; with one seed they are the same run.
func chosen(s finding.TaskScore) string {
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
	return minus(fmt.Sprintf("%.1f", 100*s.Optimism()))
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
