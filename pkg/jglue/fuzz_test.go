package jglue

import "testing"

// FuzzExample reads a line of each task: an error, or sentences that are not
// empty and a label that the task knows.
func FuzzExample(f *testing.F) {
	for _, line := range []string{
		`{"sentence_pair_id": "0", "sentence1": "猫", "sentence2": "犬", "label": 2.5}`,
		`{"sentence1": "猫", "sentence2": "犬", "label": "neutral", "Label": 1}`,
		`{"uid": 1, "sentence": "猫", "label": 1}`, `{"sentence": "猫", "label": null}`,
		`{"label": 1, "label": 2}`, `{"sentence1": "a", "sentence2": "b", "label": 1e400}`, `[]`, `{"label": -0}`,
	} {
		f.Add([]byte(line))
	}
	f.Fuzz(func(t *testing.T, line []byte) {
		for _, task := range Tasks() {
			e, err := task.example(line)
			if err != nil {
				continue
			}
			if e.A == "" || task.Pair && e.B == "" {
				t.Errorf("%s: %+v", task.Name, e)
			}
			if top := float64(len(task.Labels) - 1); !(e.Label >= 0) || !task.Regression() && e.Label > top || task.Regression() && e.Label > MaxScore {
				t.Errorf("%s: label %g", task.Name, e.Label)
			}
		}
	})
}
