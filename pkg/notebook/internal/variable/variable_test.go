package variable

import (
	"testing"
)

func TestNumber(t *testing.T) {
	v := Variable{Name: "MODERNBERT_N"}
	for value, want := range map[string]int{"": 7, " 12 ": 12, "0": 0, "-1": 0, "x": 0, "1.5": 0} {
		t.Setenv(v.Name, value)
		got, err := v.Number(1, 7)
		if got != want || (err == nil) != (want > 0) {
			t.Errorf("%q: %d, %v", value, got, err)
		}
	}
}
