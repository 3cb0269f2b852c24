// Package fields reads and writes config.json field by field, so that an
// error names the field and its value, and fields that a program does not
// know survive a round trip.
package fields

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"

	"llmjp.internal/modernbert/pkg/input"
)

// Fields are the members of a JSON object. Reading methods leave their target
// alone when the field is absent or null; the first error is kept, see Err.
type Fields struct {
	values map[string]json.RawMessage
	err    error
}

// Parse reads a JSON object.
func Parse(data []byte) (*Fields, error) {
	values, err := input.Object(data)
	if err != nil {
		return nil, err
	}
	return &Fields{values: values}, nil
}

// New starts from fields that are to be kept; nil for none.
func New(keep map[string]json.RawMessage) *Fields {
	values := maps.Clone(keep)
	if values == nil {
		values = map[string]json.RawMessage{}
	}
	return &Fields{values: values}
}

// ParseModel reads a model's config.json. It fails where that is of another
// model_type, or has a field that changes every encoder's numbers and is not
// supported.
func ParseModel(data []byte, modelType string) (*Fields, error) {
	f, err := Parse(data)
	if err != nil {
		return nil, err
	}
	found := modelType
	f.String("model_type", &found)
	if found != modelType {
		f.Fail("model_type", "%q is not %s", found, modelType)
	}
	f.Refuse("quantization_config")
	f.Refuse("is_decoder", "false")
	f.Refuse("add_cross_attention", "false")
	f.Refuse("pruned_heads", "{}")
	f.Refuse("per_layer_config", "{}")
	return f, nil
}

// Err returns the first error, which names the field.
func (f *Fields) Err() error { return f.err }

// Fail records an error about a field unless there was one before.
func (f *Fields) Fail(name, format string, args ...any) {
	if f.err == nil {
		f.err = fmt.Errorf("field %q: %s", name, fmt.Sprintf(format, args...))
	}
}

// Has reports whether a field is present and not null.
func (f *Fields) Has(name string) bool {
	raw, ok := f.values[name]
	return ok && string(raw) != "null"
}

// Null reports whether a field is present and null.
func (f *Fields) Null(name string) bool { return string(f.values[name]) == "null" }

// Raw returns a field's text, for messages.
func (f *Fields) Raw(name string) string {
	raw := string(f.values[name])
	if len(raw) > 80 {
		raw = raw[:77] + "..."
	}
	return raw
}

// Members returns all fields as they were read or set.
func (f *Fields) Members() map[string]json.RawMessage { return maps.Clone(f.values) }

// Int reads a whole number.
func (f *Fields) Int(name string, to *int) {
	if !f.Has(name) {
		return
	}
	x, err := strconv.ParseFloat(f.Raw(name), 64)
	if err != nil || x != math.Trunc(x) || math.Abs(x) > 1<<40 {
		f.Fail(name, "%s is not a whole number", f.Raw(name))
		return
	}
	*to = int(x)
}

// ID reads a token id, or the first of a list of them.
func (f *Fields) ID(name string, to *int) {
	if !f.Has(name) || f.Raw(name)[0] != '[' {
		f.Int(name, to)
		return
	}
	var ids []int
	if input.Decode(f.values[name], &ids) != nil || len(ids) == 0 {
		f.Fail(name, "%s is neither an id nor a list of ids", f.Raw(name))
		return
	}
	*to = ids[0]
}

// Float reads a finite number.
func (f *Fields) Float(name string, to *float64) {
	if !f.Has(name) {
		return
	}
	x, err := strconv.ParseFloat(f.Raw(name), 64)
	if err != nil || math.IsInf(x, 0) || math.IsNaN(x) {
		f.Fail(name, "%s is not a finite number", f.Raw(name))
		return
	}
	*to = x
}

// Bool reads true or false.
func (f *Fields) Bool(name string, to *bool) { read(f, name, to, "neither true nor false") }

// String reads a string.
func (f *Fields) String(name string, to *string) { read(f, name, to, "not a string") }

// Strings reads a list of strings.
func (f *Fields) Strings(name string, to *[]string) { read(f, name, to, "not a list of strings") }

// Object reads an object; it is nil when the field is absent or null.
func (f *Fields) Object(name string) *Fields {
	var values map[string]json.RawMessage
	read(f, name, &values, "not an object")
	if values == nil {
		return nil
	}
	return &Fields{values: values}
}

// read decodes a field into to, or records complaint as its error.
func read[T any](f *Fields, name string, to *T, complaint string) {
	if !f.Has(name) {
		return
	}
	var value T
	if input.Decode(f.values[name], &value) != nil {
		f.Fail(name, "%s is %s", f.Raw(name), complaint)
		return
	}
	*to = value
}

// Refuse fails when a field that changes the numbers, and that is not
// supported, has another value than the ones listed (as JSON text).
func (f *Fields) Refuse(name string, neutral ...string) {
	if f.Has(name) && !slices.Contains(neutral, strings.TrimSpace(string(f.values[name]))) {
		f.Fail(name, "%s is not supported (only %s)", f.Raw(name), strings.Join(append(neutral, "absent"), " or "))
	}
}

// Set writes a field.
func (f *Fields) Set(name string, value any) {
	raw, err := json.Marshal(value)
	if err != nil {
		f.Fail(name, "%v", err)
		return
	}
	f.values[name] = raw
}

// Number is a float64 that is written with a point or an exponent, so that
// Python reads a float: transformers refuses a whole number for some fields.
type Number float64

// MarshalJSON implements json.Marshaler.
func (n Number) MarshalJSON() ([]byte, error) {
	text, err := json.Marshal(float64(n))
	if err == nil && !bytes.ContainsAny(text, ".e") {
		text = append(text, ".0"...)
	}
	return text, err
}

// Delete removes fields.
func (f *Fields) Delete(names ...string) {
	for _, name := range names {
		delete(f.values, name)
	}
}

// JSON returns the object with sorted names, indented as transformers does.
func (f *Fields) JSON() ([]byte, error) {
	if f.err != nil {
		return nil, f.err
	}
	data, err := json.MarshalIndent(f.values, "", "  ")
	if err != nil {
		return nil, err
	}
	return append(data, '\n'), nil
}
