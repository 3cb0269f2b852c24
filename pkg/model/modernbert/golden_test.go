package modernbert

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp/cmpopts"

	"llmjp.internal/modernbert/pkg/model"
	"llmjp.internal/modernbert/pkg/model/internal/golden"
)

// parse reads a config and names every layer's kind, so that configs that say the
// same in different forms are equal.
func parse(data []byte) (model.Architecture, error) {
	c, err := ParseConfig(data)
	if err != nil {
		return nil, err
	}
	if c.Layers > 64 {
		return nil, fmt.Errorf("%d layers are too many for a test", c.Layers)
	}
	c.LayerTypes, c.GlobalEvery = c.Kinds(), 1
	return c, nil
}

func TestNumbers(t *testing.T) { golden.CheckNumbers(t, "modernbert-", parse) }

func TestForms(t *testing.T) {
	golden.CheckForms(t, "modernbert-", parse, cmpopts.IgnoreUnexported(Config{}))
}
