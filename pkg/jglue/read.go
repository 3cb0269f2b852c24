package jglue

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"llmjp.internal/modernbert/pkg/corpus"
	"llmjp.internal/modernbert/pkg/input"
)

// Example is one row of a task.
type Example struct {
	ID    string // the row's own, "" if it has none
	A, B  string // B is "" where the task has one sentence
	Label float64
	Where string // FILE:LINE
}

// line is what the tasks' files hold, as far as it matters.
type line struct {
	PairID    json.RawMessage `json:"sentence_pair_id"` // JSTS, JNLI
	UID       json.RawMessage `json:"uid"`              // JCoLA
	Sentence1 *string         `json:"sentence1"`
	Sentence2 *string         `json:"sentence2"`
	Sentence  *string         `json:"sentence"`
	Label     json.RawMessage `json:"label"`
}

// Read reads a task's files as published, JSON lines, by path or glob. A class
// is a name or, as the data sets of the hub have it, a number. Errors name
// FILE:LINE: a sentence or label that is missing, a label that the task does
// not know, a score out of range, a line of another task.
func Read(task Task, patterns ...string) ([]Example, error) {
	var examples []Example
	for l, err := range corpus.Lines(patterns...) {
		if err != nil {
			return nil, err
		}
		e, err := task.example(l.JSON)
		if err != nil {
			return nil, fmt.Errorf("%s:%d: %w", l.File, l.Number, err)
		}
		e.Where = fmt.Sprintf("%s:%d", l.File, l.Number)
		examples = append(examples, e)
	}
	return examples, nil
}

func (t Task) example(data []byte) (Example, error) {
	var l line
	if err := input.Decode(data, &l); err != nil {
		return Example{}, err
	}
	label, err := t.label(l.Label)
	if other := l.task(); err != nil && other != "" && other != t.Name || l.one() && t.Pair || l.pair() && !t.Pair {
		return Example{}, fmt.Errorf("a line of %s, the task is %s", cmp.Or(other, "another task"), t.Name)
	}
	if err != nil {
		return Example{}, err
	}
	e := Example{ID: plain(l.PairID), Label: label}
	if !t.Pair {
		e.ID = plain(l.UID)
		e.A, err = sentence("sentence", l.Sentence)
		return e, err
	}
	if e.A, err = sentence("sentence1", l.Sentence1); err != nil {
		return Example{}, err
	}
	e.B, err = sentence("sentence2", l.Sentence2)
	return e, err
}

// label reads a label: a score, or a class by its name or number.
func (t Task) label(raw json.RawMessage) (float64, error) {
	switch string(raw) {
	case "":
		return 0, errors.New("field label is missing")
	case "null":
		return 0, errors.New("field label is null: leave lines without a label out")
	}
	if t.Regression() {
		var score float64
		if err := json.Unmarshal(raw, &score); err != nil {
			return 0, fmt.Errorf("field label is %s, want a score from 0 to %d", raw, MaxScore)
		}
		if score < 0 || score > MaxScore {
			return 0, fmt.Errorf("field label is %g, want a score from 0 to %d", score, MaxScore)
		}
		return score, nil
	}
	var name string
	if json.Unmarshal(raw, &name) == nil {
		if class := slices.Index(t.Labels, name); class >= 0 {
			return float64(class), nil
		}
	}
	if class, err := strconv.Atoi(string(raw)); err == nil && class >= 0 && class < len(t.Labels) { // 2.0 is a score of JSTS
		return float64(class), nil
	}
	return 0, fmt.Errorf("field label is %s, want %s", raw, t.wanted())
}

// wanted lists a task's labels.
func (t Task) wanted() string {
	var list []string
	for k, name := range t.Labels {
		list = append(list, fmt.Sprintf("%d (%s)", k, name))
	}
	return strings.Join(list, ", ")
}

// pair reports whether a line has the two sentences of JSTS and JNLI, one
// whether it has the one of JCoLA.
func (l line) pair() bool { return (l.Sentence1 != nil || l.Sentence2 != nil) && l.Sentence == nil }
func (l line) one() bool  { return l.Sentence1 == nil && l.Sentence2 == nil && l.Sentence != nil }

// task returns the name of the task that a line's form belongs to, "" if the
// form is not clear.
func (l line) task() string {
	number, name := 0.0, ""
	labelled := len(l.Label) > 0 && string(l.Label) != "null"
	switch {
	case l.one():
		return JCoLA.Name
	case l.pair() && labelled && !whole(l.Label) && json.Unmarshal(l.Label, &number) == nil:
		return JSTS.Name
	case l.pair() && labelled && json.Unmarshal(l.Label, &name) == nil && slices.Contains(JNLI.Labels, name):
		return JNLI.Name
	}
	return ""
}

// whole reports whether a label is an integer, which is a class or a score.
func whole(label json.RawMessage) bool {
	_, err := strconv.Atoi(string(label))
	return err == nil
}

func sentence(field string, value *string) (string, error) {
	if value == nil {
		return "", fmt.Errorf("field %s is missing", field)
	}
	if strings.TrimSpace(*value) == "" {
		return "", fmt.Errorf("field %s is empty", field)
	}
	return *value, nil
}

// plain returns an id as text, whether the file holds a string or a number.
func plain(raw json.RawMessage) string {
	var s string
	if json.Unmarshal(raw, &s) == nil {
		return s
	}
	return string(raw)
}
