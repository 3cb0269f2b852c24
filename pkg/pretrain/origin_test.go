package pretrain

import (
	"strings"
	"testing"

	"llmjp.internal/modernbert/pkg/model"
)

// A run goes on only from where it came; what differs is named.
func TestOrigin(t *testing.T) {
	old := origin{Corpus: "c", Config: "m", Start: "w"}
	for want, now := range map[string]origin{
		"config.json":                     {Corpus: "c", Config: "n", Start: "w"},
		"another text":                    {Corpus: "d", Config: "m", Start: "w"},
		"other weights than --init gives": {Corpus: "c", Config: "m", Start: "x"},
		"which --init has to name again":  {Corpus: "d", Config: "n"},
	} {
		if got := now.conflict(old); !strings.Contains(got, want) {
			t.Errorf("%+v: %q", now, got)
		}
	}
	if got := old.conflict(old); got != "" {
		t.Error(got)
	}
	params := []model.Param{{Name: "a", Shape: []int{40000}}, {Name: "b", Shape: []int{1}}}
	values := model.Values{"a": make([]float32, 40000), "b": {0}}
	whole := digestWeights(params, values)
	for name, at := range map[string]int{"a": 39999, "b": 0} {
		values[name][at] = 1e-40
		if digestWeights(params, values) == whole {
			t.Errorf("another %s[%d] gives the same digest", name, at)
		}
		values[name][at] = 0
	}
}
