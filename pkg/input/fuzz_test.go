package input

import (
	"encoding/json"
	"testing"
)

// FuzzObject wants an error, or the members that encoding/json sees, each once.
func FuzzObject(f *testing.F) {
	for _, seed := range []string{`{"a": 1, "A": [2, {"b": null}]}`, `{"a": 1, "a": 2}`, `{"a": "\ud800"}`, `{"a": 1} x`, `[]`, `null`, "\ufeff{}", `{"a": 1e999}`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		members, err := Object(data)
		if err != nil {
			return
		}
		var want map[string]json.RawMessage
		if err := json.Unmarshal(data, &want); err != nil || len(want) != len(members) {
			t.Errorf("%d members, encoding/json has %d (%v)", len(members), len(want), err)
		}
	})
}
