package input

import (
	"encoding/json"
	"strings"
	"testing"
)

func TestDecodeMatchesNamesExactly(t *testing.T) {
	var v struct {
		Label int             `json:"label"`
		Raw   json.RawMessage `json:"raw"`
		Inner *struct {
			Text string `json:"text"`
		} `json:"inner"`
	}
	if err := Decode([]byte(`{"label": 1, "Label": 2, "LABEL": "x", "Raw": 3, "inner": {"Text": "b", "text": "a"}}`), &v); err != nil {
		t.Fatal(err)
	}
	if v.Label != 1 || v.Raw != nil || v.Inner.Text != "a" {
		t.Errorf("%+v, %s", v, v.Inner.Text)
	}
}

func TestDecodeRefuses(t *testing.T) {
	for _, c := range []struct{ data, want string }{
		{`{"label": 1, "label": 1}`, `field "label" comes twice`},
		{`{"raw": {"a": 1, "a": 2}}`, `field "raw.a" comes twice`},
		{`{"label": "1"}`, `field "label" is a string, an integer is needed`},
		{`{"label": 1.5}`, `field "label" is 1.5, an integer is needed`},
		{`{"inner": {"text": [1]}}`, `field "inner.text" is an array, a string is needed`},
		{`[1]`, "an array, an object is needed"},
		{`{"label": 1`, "it ends too early"},
		{``, "it ends too early"},
		{`{"label": 1} 2`, "not JSON: "},
		{`{label: 1}`, "not JSON: "},
		{"{\"inner\": {\"text\": \"\xff\"}}", "not JSON: "},
		{strings.Repeat(`{"raw":`, 20000), "not JSON: "},
	} {
		var v struct {
			Label int             `json:"label"`
			Raw   json.RawMessage `json:"raw"`
			Inner struct {
				Text string `json:"text"`
			} `json:"inner"`
		}
		if err := Decode([]byte(c.data), &v); err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%.40s: %v, want %q", c.data, err, c.want)
		}
	}
}

func TestObject(t *testing.T) {
	members, err := Object([]byte(`{"text": "\ud800", "Text": [1, {"a": 2}], "id": 7}`))
	if err != nil || len(members) != 3 || string(members["id"]) != "7" {
		t.Errorf("%v, %v", members, err)
	}
	for data, want := range map[string]string{
		`null`: "null, an object is needed", `"a"`: "a string, an object is needed", `{"a": 1, "a": 1}`: `field "a" comes twice`,
		`{"a": 1}x`: "not JSON", `{"a": nan}`: "not JSON",
	} {
		if _, err := Object([]byte(data)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", data, err, want)
		}
	}
}
