package input

import (
	"bytes"
	stdjson "encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// Decode reads one JSON value into to, as json.Unmarshal does, but with names
// that match exactly: a name that differs in case is another one, and one that
// comes twice is an error. Errors name the field.
func Decode(data []byte, to any) error {
	return explain(json.Unmarshal(data, to))
}

// DecodeKnown decodes like [Decode] and refuses a name for which to has no
// field.
func DecodeKnown(data []byte, to any) error {
	return explain(json.Unmarshal(data, to, json.RejectUnknownMembers(true)))
}

// Object returns the members of a JSON object as they stand. A name that comes
// twice is an error. Half of a surrogate pair in a string is U+FFFD when the
// string is read, as encoding/json has it.
func Object(data []byte) (map[string]stdjson.RawMessage, error) {
	var members map[string]stdjson.RawMessage
	if err := explain(json.Unmarshal(data, &members, jsontext.AllowInvalidUTF8(true))); err != nil {
		return nil, err
	}
	if members == nil {
		return nil, errors.New("this is null, an object is needed")
	}
	return members, nil
}

// Members calls visit for every member of a JSON object, in the order of the
// text, and also for each of those that have one name.
func Members(object []byte, visit func(name string, value stdjson.RawMessage) error) error {
	decoder := stdjson.NewDecoder(bytes.NewReader(object))
	if open, err := decoder.Token(); err != nil {
		return notObject(err)
	} else if open != stdjson.Delim('{') {
		return fmt.Errorf("not a JSON object: %.80s", bytes.TrimSpace(object))
	}
	for decoder.More() {
		name, err := decoder.Token()
		if err != nil {
			return notObject(err)
		}
		var value stdjson.RawMessage
		if err := decoder.Decode(&value); err != nil {
			return fmt.Errorf("field %q: %w", name, notObject(err))
		}
		if err := visit(name.(string), value); err != nil { // the decoder takes no other names
			return err
		}
	}
	if _, err := decoder.Token(); err != nil {
		return notObject(err)
	}
	if _, err := decoder.Token(); err != io.EOF {
		return errors.New("something follows the JSON object")
	}
	return nil
}

func notObject(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return errors.New("not a JSON object: it ends too early")
	}
	return fmt.Errorf("not a JSON object: %w", err)
}

// explain describes an error in JSON by its fields, not by Go types.
func explain(err error) error {
	var syntax *jsontext.SyntacticError
	var meaning *json.SemanticError
	switch {
	case err == nil:
		return nil
	case errors.Is(err, jsontext.ErrDuplicateName) && errors.As(err, &syntax):
		return fmt.Errorf("field %s comes twice", field(syntax.JSONPointer))
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		return errors.New("not JSON: it ends too early")
	case errors.As(err, &syntax):
		return fmt.Errorf("not JSON: %w after byte %d", syntax.Err, syntax.ByteOffset)
	case errors.Is(err, json.ErrUnknownName) && errors.As(err, &meaning):
		return fmt.Errorf("unknown field %s", field(meaning.JSONPointer))
	case errors.As(err, &meaning) && meaning.JSONPointer == "":
		return fmt.Errorf("this is %s, %s is needed", kindOf(meaning.JSONKind), wanted(meaning.GoType))
	case errors.As(err, &meaning):
		return fmt.Errorf("field %s is %s, %s is needed", field(meaning.JSONPointer), value(meaning), wanted(meaning.GoType))
	}
	return err
}

// field writes a pointer "/a/b" as "a.b".
func field(p jsontext.Pointer) string {
	var parts []string
	for token := range p.Tokens() {
		parts = append(parts, token)
	}
	return fmt.Sprintf("%q", strings.Join(parts, "."))
}

// value returns a number or string as it is written, and the kind of any other
// value.
func value(err *json.SemanticError) string {
	if err.JSONValue != nil && len(err.JSONValue) <= 80 {
		return string(err.JSONValue)
	}
	return kindOf(err.JSONKind)
}

func kindOf(kind jsontext.Kind) string {
	switch kind {
	case 'n':
		return "null"
	case 't', 'f':
		return "a boolean"
	case '"':
		return "a string"
	case '0':
		return "a number"
	case '[':
		return "an array"
	case '{':
		return "an object"
	}
	return "a value"
}

// wanted names the JSON type that a Go type is read from.
func wanted(t reflect.Type) string {
	for t != nil && t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if t == nil {
		return "another value"
	}
	switch t.Kind() {
	case reflect.Bool:
		return "a boolean"
	case reflect.String:
		return "a string"
	case reflect.Float32, reflect.Float64:
		return "a number"
	case reflect.Slice, reflect.Array:
		return "an array"
	case reflect.Map, reflect.Struct:
		return "an object"
	}
	return "an integer"
}
