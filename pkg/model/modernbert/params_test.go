package modernbert

import (
	"testing"

	"llmjp.internal/modernbert/pkg/model"
)

func TestParameterCount(t *testing.T) {
	for _, c := range []struct {
		head model.Head
		want int
	}{
		{model.MaskedLM, 187_494_646},
		{model.Body, 187_494_646 - 99_574 - 768 - 768*768},
		{model.SequenceClassification, 187_494_646 - 99_574 + 2*768 + 2},
	} {
		if got := model.Count(Base().Params(c.head)); got != c.want {
			t.Errorf("head %d: %d parameters, want %d", c.head, got, c.want)
		}
	}
}
