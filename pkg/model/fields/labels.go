package fields

import (
	"fmt"
	"slices"
	"strconv"
)

// Labels are a classifier's outputs: names and transformers' problem_type.
type Labels struct {
	Names   []string // nil: transformers' two, LABEL_0 and LABEL_1
	Problem string   // "" where the config names none
}

// Problems are transformers' problem types.
var Problems = []string{"regression", "single_label_classification", "multi_label_classification"}

// NumberedLabels returns transformers' names for n labels: LABEL_0, LABEL_1, ….
func NumberedLabels(n int) []string {
	names := make([]string, n)
	for i := range names {
		names[i] = fmt.Sprintf("LABEL_%d", i)
	}
	return names
}

// Len returns the number of outputs.
func (l Labels) Len() int {
	if l.Names == nil {
		return 2
	}
	return len(l.Names)
}

// With returns n outputs of a problem type. They keep their names where there
// were n.
func (l Labels) With(n int, problem string) Labels {
	if n != l.Len() {
		l.Names = NumberedLabels(n)
	}
	l.Problem = problem
	return l
}

// Labels reads id2label (which wins) or num_labels, and problem_type. There are
// as many outputs as id2label has entries, whatever their numbers, as in
// transformers.
func (f *Fields) Labels() (labels Labels) {
	f.String("problem_type", &labels.Problem)
	switch labels.Problem {
	case "", Problems[0], Problems[1], Problems[2]:
	default:
		f.Fail("problem_type", "%q is none of %v", labels.Problem, Problems)
	}
	if f.Has("num_labels") {
		n := 0
		f.Int("num_labels", &n)
		if n < 1 || n > 1<<20 {
			f.Fail("num_labels", "%d labels", n)
			return labels
		}
		labels.Names = NumberedLabels(n)
	}
	object := f.Object("id2label")
	if object == nil {
		return labels
	}
	names := NumberedLabels(len(object.values)) // of an output without a name
	for key := range object.values {
		id, err := strconv.Atoi(key)
		if err != nil {
			f.Fail("id2label", "key %q is not a number", key)
			return labels
		}
		name := ""
		if object.String(key, &name); id >= 0 && id < len(names) {
			names[id] = name
		}
	}
	if object.err != nil {
		f.Fail("id2label", "%v", object.err)
	}
	if len(names) == 0 {
		f.Fail("id2label", "no label")
		return labels
	}
	labels.Names = names
	if slices.Equal(names, NumberedLabels(2)) {
		labels.Names = nil
	}
	return labels
}

// SetLabels writes id2label, label2id and problem_type. Nothing is written
// for transformers' defaults.
func (f *Fields) SetLabels(labels Labels) {
	f.Delete("num_labels", "id2label", "label2id", "problem_type")
	if labels.Problem != "" {
		f.Set("problem_type", labels.Problem)
	}
	if labels.Names == nil {
		return
	}
	names, ids := map[string]string{}, map[string]int{}
	for id, name := range labels.Names {
		names[strconv.Itoa(id)] = name
		ids[name] = id
	}
	f.Set("id2label", names)
	f.Set("label2id", ids)
}
