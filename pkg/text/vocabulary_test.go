package text

import (
	"encoding/json"
	"testing"
)

// A piece is read as encoding/json reads the first string of its entry, however it is
// written.
func TestScored(t *testing.T) {
	for entry, want := range map[string]string{
		`["東京",-1.5]`:            "東京",
		`["",0]`:                 "",
		`[ "a" , 0 ]`:            "a",
		`["\"",0]`:               `"`,
		`["a\\",0]`:              `a\`,
		`["\u6771",0]`:           "東",
		"[\"a\xff\",0]":          "a\ufffd",
		`["only"]`:               "only",
		`["first","second",3,4]`: "first",
	} {
		var got []scored
		if err := json.Unmarshal([]byte("["+entry+"]"), &got); err != nil || len(got) != 1 || string(got[0]) != want {
			t.Errorf("%s: %q, %v, want %q", entry, got, err, want)
		}
	}
	for _, entry := range []string{`[1,2]`, `[]`, `{"a":1}`, `"a"`} {
		var got []scored
		if err := json.Unmarshal([]byte("["+entry+"]"), &got); err == nil {
			t.Errorf("%s: read as %q", entry, got)
		}
	}
}
