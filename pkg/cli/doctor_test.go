package cli

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"llmjp.internal/modernbert/pkg/doctor"
)

// doctor says the same in a table and in JSON, and exits with 0 also where
// something is missing.
func TestDoctor(t *testing.T) {
	t.Setenv("GOMLX_BACKEND", "xla:/no/such/plugin.so")
	var table, lines, stderr bytes.Buffer
	if code := Run(t.Context(), []string{"doctor"}, &table, &stderr); code != 0 {
		t.Fatal(code, stderr.String())
	}
	if code := Run(t.Context(), []string{"doctor", "--json"}, &lines, &stderr); code != 0 {
		t.Fatal(code, stderr.String())
	}
	var last doctor.Finding
	for line := range strings.Lines(lines.String()) {
		if err := json.Unmarshal([]byte(line), &last); err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		if !strings.Contains(table.String(), "\n"+last.Part) && !strings.HasPrefix(table.String(), last.Part) {
			t.Errorf("the table has no %s", last.Part)
		}
	}
	if last.Part != "backend" || last.State != doctor.Broken || !strings.Contains(table.String(), "-> "+last.Do) {
		t.Errorf("%+v\n%s", last, table.String())
	}
	if code := Run(t.Context(), []string{"doctor", "twice"}, &table, &stderr); code != 2 {
		t.Errorf("an argument too many: exit status %d", code)
	}
}
