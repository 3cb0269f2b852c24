package bert

import (
	"testing"

	"github.com/google/go-cmp/cmp/cmpopts"

	"llmjp.internal/modernbert/pkg/model"
	"llmjp.internal/modernbert/pkg/model/internal/golden"
)

func parse(data []byte) (model.Architecture, error) {
	c, err := ParseConfig(data)
	if err != nil {
		return nil, err
	}
	return c, nil
}

func TestNumbers(t *testing.T) { golden.CheckNumbers(t, "bert-", parse) }

func TestForms(t *testing.T) {
	golden.CheckForms(t, "bert-", parse, cmpopts.IgnoreUnexported(Config{}))
}
