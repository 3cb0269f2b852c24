package jglue

import (
	"fmt"
	"math"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"gonum.org/v1/gonum/stat"

	"llmjp.internal/modernbert/pkg/eval/metric"
	"llmjp.internal/modernbert/pkg/model"
)

// A Task is one column of Table 2.
type Task struct {
	Name    string // as the paper writes it: "JSTS"
	Pair    bool   // whether a row has two sentences
	Outputs int    // number of the classifier's outputs
	Problem string // transformers' problem_type
	// Labels are the classes in the order of the outputs; nil for a regression.
	Labels []string
	Metric string // the table's
	// Train and Valid are the numbers of rows that the paper used.
	Train, Valid int
}

// MaxScore is the greatest similarity of JSTS; the least is 0.
const MaxScore = 5

// The tasks, in the table's order (paper section 3.3).
var (
	JSTS = Task{
		Name: "JSTS", Pair: true, Outputs: 1, Problem: model.Regression, Metric: "pearson",
		Train: 12451, Valid: 1457,
	}
	JNLI = Task{
		Name: "JNLI", Pair: true, Outputs: 3, Problem: model.SingleLabel, Metric: "accuracy",
		Labels: []string{"entailment", "contradiction", "neutral"},
		Train:  20073, Valid: 2434,
	}
	JCoLA = Task{
		Name: "JCoLA", Outputs: 2, Problem: model.SingleLabel, Metric: "accuracy",
		Labels: []string{"unacceptable", "acceptable"},
		Train:  6919, Valid: 865,
	}
)

// Tasks returns all tasks in the table's order.
func Tasks() []Task { return []Task{JSTS, JNLI, JCoLA} }

// Parse finds a task by its name in any case.
func Parse(name string) (Task, error) {
	var known []string
	for _, t := range Tasks() {
		if strings.EqualFold(t.Name, name) {
			return t, nil
		}
		known = append(known, t.Key())
	}
	return Task{}, fmt.Errorf("task %q is none of %s", name, strings.Join(known, ", "))
}

// Key returns the task's name on the command line: "jsts".
func (t Task) Key() string { return strings.ToLower(t.Name) }

// Regression reports whether labels are scores rather than classes.
func (t Task) Regression() bool { return t.Labels == nil }

// Predictions turns a classifier's scores, [n, Outputs] row-major, into what
// is compared with the labels: the score itself, or the number of the class
// with the greatest one, the first of equals.
func (t Task) Predictions(scores []float32) []float64 {
	predictions := make([]float64, 0, len(scores)/t.Outputs)
	for row := range slices.Chunk(scores, t.Outputs) {
		if t.Regression() {
			predictions = append(predictions, float64(row[0]))
			continue
		}
		best := 0
		for k, s := range row {
			if s > row[best] {
				best = k
			}
		}
		predictions = append(predictions, float64(best))
	}
	return predictions
}

// Score compares predictions with labels by the task's metric. others holds
// further ones by name: "spearman" for JSTS, "mcc" (Matthews) for JCoLA. A
// correlation with a constant is undefined; it counts as 0, the score of
// predictions that say nothing.
func (t Task) Score(labels, predictions []float64) (score float64, others map[string]float64) {
	if t.Regression() {
		return orZero(metric.Pearson(labels, predictions)),
			map[string]float64{"spearman": orZero(metric.Spearman(labels, predictions))}
	}
	a, b := classes(labels), classes(predictions)
	if t.Name == JCoLA.Name {
		others = map[string]float64{"mcc": metric.Matthews(a, b)}
	}
	return metric.Accuracy(a, b), others
}

func orZero(x float64) float64 {
	if math.IsNaN(x) {
		return 0
	}
	return x
}

func classes(x []float64) []int {
	out := make([]int, len(x))
	for i, v := range x {
		out[i] = int(v)
	}
	return out
}

// LabelName returns a label for a reader: a score with two digits, or a
// class's name.
func (t Task) LabelName(label float64) string {
	if t.Regression() {
		return strconv.FormatFloat(label, 'f', 2, 64)
	}
	return t.Labels[int(label)]
}

// Constant returns the score of predicting the most frequent label for every
// row: a baseline without a model.
func (t Task) Constant(labels []float64) float64 {
	most, _ := stat.Mode(labels, nil)
	score, _ := t.Score(labels, slices.Repeat([]float64{most}, len(labels)))
	return score
}

// Note explains in a sentence why a score on so many rows cannot be compared with
// the paper's; "" if it can. It names the files that stand in for the task's
// training rows.
func (t Task) Note(files []string, train, valid int) string {
	var parts []string
	if train != t.Train {
		names := make([]string, len(files))
		for i, file := range files {
			names[i] = filepath.Base(file)
		}
		parts = append(parts, fmt.Sprintf("trained on %d rows (%s) instead of the %d of %s", train, strings.Join(names, ", "), t.Train, t.Name))
	}
	if valid != t.Valid {
		parts = append(parts, fmt.Sprintf("scored on %d rows instead of %d", valid, t.Valid))
	}
	if len(parts) == 0 {
		return ""
	}
	return strings.Join(parts, ", ") + ": not comparable with the paper"
}
