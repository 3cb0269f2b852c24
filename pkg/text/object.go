package text

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"llmjp.internal/modernbert/pkg/input"
)

// object is a JSON object whose keys are matched exactly and keep their order:
// the order in which special tokens are named decides the ids of new ones.
type object struct {
	keys   []string
	values map[string]json.RawMessage
}

// parseObject reads a JSON object. Of a key that stands twice the last value
// counts, at the place of the first, as in a Python dict.
func parseObject(data []byte) (object, error) {
	o := object{values: map[string]json.RawMessage{}}
	return o, input.Members(data, func(key string, value json.RawMessage) error {
		o.set(key, value)
		return nil
	})
}

func (o *object) set(key string, value json.RawMessage) {
	if _, ok := o.values[key]; !ok {
		o.keys = append(o.keys, key)
	}
	o.values[key] = value
}

func (o *object) drop(key string) {
	if _, ok := o.values[key]; ok {
		delete(o.values, key)
		o.keys = slices.DeleteFunc(o.keys, func(k string) bool { return k == key })
	}
}

// has reports whether a field is present; null is a value.
func (o object) has(key string) bool {
	_, ok := o.values[key]
	return ok
}

// null reports whether a field is absent or null.
func (o object) null(key string) bool {
	value, ok := o.values[key]
	return !ok || string(value) == "null"
}

// read decodes a field; an absent or null field leaves the target alone.
func (o object) read(key string, to any) error {
	if o.null(key) {
		return nil
	}
	if err := json.Unmarshal(o.values[key], to); err != nil {
		return fmt.Errorf("%s is %s, it must be %s", key, shorten(o.values[key]), expects(to))
	}
	return nil
}

// expects names the JSON type that fits a target of read.
func expects(to any) string {
	switch to.(type) {
	case *bool, **bool:
		return "true or false"
	case *string, **string:
		return "a string"
	case *[]string:
		return "a list of strings"
	}
	return "an object"
}

// shorten cuts a value for a message.
func shorten(data []byte) string {
	const limit = 80
	data = bytes.TrimSpace(data)
	if len(data) > limit {
		return string(bytes.ToValidUTF8(data[:limit-3], nil)) + "..."
	}
	return string(data)
}

// isObject and isString tell a value's type by its first byte.
func isObject(raw json.RawMessage) bool { return bytes.HasPrefix(bytes.TrimSpace(raw), []byte("{")) }
func isString(raw json.RawMessage) bool { return bytes.HasPrefix(bytes.TrimSpace(raw), []byte(`"`)) }
func isList(raw json.RawMessage) bool   { return bytes.HasPrefix(bytes.TrimSpace(raw), []byte("[")) }

// falsy returns Python's "not value" for a JSON value; an absent value is falsy.
func falsy(value json.RawMessage) bool {
	switch strings.Join(strings.Fields(string(value)), "") {
	case "", "null", "false", "0", `""`, "[]", "{}":
		return true
	}
	return false
}

// merge sets the fields of a JSON object.
func (o *object) merge(value json.RawMessage) error {
	from, err := parseObject(value)
	if err != nil {
		return err
	}
	for _, key := range from.keys {
		o.set(key, from.values[key])
	}
	return nil
}
