package experiment

import (
	"strings"
	"testing"

	"llmjp.internal/modernbert/pkg/notebook/internal/variable"
)

func TestPerplexityOptions(t *testing.T) {
	unset(t)
	t.Setenv(variable.PerBin.Name, "3")
	t.Setenv(variable.Positions.Name, "4")
	t.Setenv(variable.Bins.Name, "10,99")
	o, err := perplexityOptions(nil)
	if err != nil || o.PerBin != 3 || o.Positions != 4 || len(o.Bins) != 2 || o.Bins[1].To != 99 || o.MaxLength != 100 {
		t.Errorf("%+v, %v", o, err)
	}
	t.Setenv(variable.PerBin.Name, "none")
	if _, err := perplexityOptions(nil); err == nil || !strings.Contains(err.Error(), variable.PerBin.Name) {
		t.Error(err)
	}
}
