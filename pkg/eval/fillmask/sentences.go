package fillmask

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"llmjp.internal/modernbert/pkg/corpus"
	"llmjp.internal/modernbert/pkg/input"
)

// Sentence is a text with a mask, or a placeholder for one.
type Sentence struct {
	Number   int // from 1; in a file the line's own id if that is a number
	Text     string
	Expected []string // answers that count as right, if the line has them
	Where    string   // FILE:LINE, "" for a text that comes from no file
}

// Sentences numbers texts.
func Sentences(texts ...string) []Sentence {
	out := make([]Sentence, len(texts))
	for i, s := range texts {
		out[i] = Sentence{Number: i + 1, Text: s}
	}
	return out
}

// Read reads texts (see corpus.Texts), and where lines of JSON have an
// "answer", a string or several, the answers that are expected.
func Read(patterns ...string) ([]Sentence, error) {
	var all []Sentence
	for t, err := range corpus.Texts(patterns...) {
		if err != nil {
			return nil, err
		}
		if t.Tokenized() {
			return nil, fmt.Errorf("%s: the line holds ids, fill-mask needs a text", t.Where())
		}
		s := Sentence{Number: len(all) + 1, Text: t.Text, Where: t.Where()}
		if err := s.fields(t.JSON); err != nil {
			return nil, fmt.Errorf("%s: %w", t.Where(), err)
		}
		all = append(all, s)
	}
	return all, nil
}

// Examples shows the first sentences that have an expected answer.
func Examples(sentences []Sentence, most int) (lines []string) {
	for _, s := range sentences {
		if len(s.Expected) > 0 && len(lines) < most {
			lines = append(lines, fmt.Sprintf("%d. %s **%s**", s.Number, s.Text, strings.Join(s.Expected, "**, **")))
		}
	}
	return lines
}

// fields reads what a JSON line says beside the text.
func (s *Sentence) fields(line []byte) error {
	if line == nil {
		return nil
	}
	var own struct {
		ID     json.RawMessage `json:"id"`
		Answer json.RawMessage `json:"answer"`
	}
	if err := input.Decode(line, &own); err != nil {
		return err
	}
	if n, err := strconv.Atoi(string(own.ID)); err == nil {
		s.Number = n
	}
	if len(own.Answer) == 0 || string(own.Answer) == "null" {
		return nil
	}
	var one string
	if input.Decode(own.Answer, &one) == nil {
		s.Expected = []string{one}
		return nil
	}
	if err := input.Decode(own.Answer, &s.Expected); err != nil {
		return errors.New("field \"answer\" is neither a string nor an array of strings")
	}
	return nil
}
