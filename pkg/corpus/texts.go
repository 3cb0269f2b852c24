package corpus

import (
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"math"
	"strconv"
	"strings"

	"llmjp.internal/modernbert/pkg/input"
)

// Text is one text, or one row of ids that are tokenized already.
type Text struct {
	File string
	Line int    // from 1; for parquet the row
	ID   string // the line's own id, else the number of the text from 0
	// Text is the text. IDs are the ids in its place, if the line has any; the
	// first Length of them are attended.
	Text   string
	IDs    []int32
	Length int
	// JSON is the whole line with its other fields; nil for a file that is not
	// JSON lines.
	JSON []byte
}

// Where returns FILE:LINE for errors.
func (t Text) Where() string { return fmt.Sprintf("%s:%d", t.File, t.Line) }

// Tokenized reports whether the line holds ids instead of a text.
func (t Text) Tokenized() bool { return t.IDs != nil }

// Texts yields the texts of all files in order: JSON lines with "text" (a
// string) or "ids" (with an optional "attention_mask", zeros at the end),
// parquet with a column "text", and text files, a text a line, blank ones
// included. It stops at the first error. An input without a single text is an
// error.
func Texts(patterns ...string) iter.Seq2[Text, error] {
	return func(yield func(Text, error) bool) {
		files, err := Expand(patterns...)
		if err != nil {
			yield(Text{}, err)
			return
		}
		n := 0
		for _, file := range files {
			for text, err := range fileTexts(file, nil) {
				if text.ID == "" {
					text.ID = strconv.Itoa(n)
				}
				n++
				if !yield(text, err) || err != nil {
					return
				}
			}
		}
		if n == 0 {
			yield(Text{}, fmt.Errorf("%s: no texts", strings.Join(files, ", ")))
		}
	}
}

var errNull = errors.New("field \"text\" is null")

// fileTexts yields the texts of one file; lines that can't be used with a
// *BadLine, after which reading may go on.
func fileTexts(file string, count func(n int)) iter.Seq2[Text, error] {
	if kind(file) == "parquet" {
		return parquetTexts(file, count)
	}
	return func(yield func(Text, error) bool) {
		for line, err := range fileLines(file, count) {
			text := Text{File: file, Line: line.Number}
			switch {
			case err != nil:
			case kind(file) == "text":
				text.Text = string(line.JSON)
			case blank(line.JSON):
				continue
			default:
				text.JSON = line.JSON
				if err = parseText(line.JSON, &text); err != nil {
					err = &BadLine{File: file, Number: line.Number, Reason: err.Error(), Null: err == errNull}
				}
			}
			if !yield(text, err) {
				return
			}
		}
	}
}

func parseText(data []byte, text *Text) error {
	fields, err := input.Object(data)
	if err != nil {
		return err
	}
	text.ID = parseID(fields["id"])
	content := fields["text"]
	if ids := fields["ids"]; present(ids) {
		_ = json.Unmarshal(content, &text.Text) // the ids count; a text beside them may be none
		return parseIDs(ids, fields["attention_mask"], text)
	}
	switch {
	case len(content) == 0:
		return errors.New("field \"text\" is missing")
	case !present(content):
		return errNull
	case content[0] != '"':
		return fmt.Errorf("field \"text\" is %s, a string is needed", jsonKind(content))
	}
	return json.Unmarshal(content, &text.Text)
}

func present(raw json.RawMessage) bool { return len(raw) > 0 && string(raw) != "null" }

// jsonKind names a JSON value's type with its article.
func jsonKind(raw []byte) string {
	switch strings.TrimLeft(string(raw[:min(len(raw), 64)]), " \t\r\n") {
	case "":
		return "empty"
	case "null":
		return "null"
	case "true", "false":
		return "a boolean"
	}
	switch strings.TrimLeft(string(raw[:min(len(raw), 64)]), " \t\r\n")[0] {
	case '{':
		return "an object"
	case '[':
		return "an array"
	case '"':
		return "a string"
	}
	return "a number"
}

// parseID returns an id's string, or a number as it is written.
func parseID(raw json.RawMessage) string {
	var s string
	if json.Unmarshal(raw, &s) == nil {
		return s
	}
	if present(raw) && (raw[0] == '-' || raw[0] >= '0' && raw[0] <= '9') {
		return string(raw)
	}
	return ""
}

func parseIDs(raw, rawMask json.RawMessage, text *Text) error {
	var err error
	if text.IDs, err = integers("ids", raw); err != nil {
		return err
	}
	if len(text.IDs) == 0 {
		return errors.New("field \"ids\" is empty")
	}
	text.Length = len(text.IDs)
	if !present(rawMask) {
		return nil
	}
	mask, err := integers("attention_mask", rawMask)
	if err != nil {
		return err
	}
	if len(mask) != len(text.IDs) {
		return fmt.Errorf("field \"attention_mask\" has %d values for %d ids", len(mask), len(text.IDs))
	}
	text.Length = 0
	for i, m := range mask {
		switch {
		case m != 0 && m != 1:
			return fmt.Errorf("field \"attention_mask\" holds %d at position %d, only 0 and 1 are allowed", m, i)
		case m == 1 && text.Length < i:
			return fmt.Errorf("field \"attention_mask\" has a 1 after a 0 at position %d: padding stands at the end", i)
		case m == 1:
			text.Length = i + 1
		}
	}
	if text.Length == 0 {
		return errors.New("field \"attention_mask\" attends to no position")
	}
	return nil
}

// integers decodes an array of int32.
func integers(field string, raw json.RawMessage) ([]int32, error) {
	var numbers []json.Number
	if err := json.Unmarshal(raw, &numbers); err != nil {
		return nil, fmt.Errorf("field %q is not an array of integers", field)
	}
	out := make([]int32, len(numbers))
	for i, number := range numbers {
		value, err := strconv.ParseInt(number.String(), 10, 64)
		if err != nil || value < math.MinInt32 || value > math.MaxInt32 {
			return nil, fmt.Errorf("field %q holds %q at position %d, an integer is needed", field, number, i)
		}
		out[i] = int32(value)
	}
	return out, nil
}
