package pretrain

import (
	"testing"

	"llmjp.internal/modernbert/pkg/model"
)

// A single weight decides the digest.
func TestDigestWeights(t *testing.T) {
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
