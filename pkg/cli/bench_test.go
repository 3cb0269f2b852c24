package cli

import (
	"strings"
	"testing"
)

func TestBenchUsage(t *testing.T) {
	for args, want := range map[string]string{
		"--preset huge":            `--preset "huge"`,
		"--against jax":            `--against "jax"`,
		"--tasks train,fly":        `--tasks "fly"`,
		"--compute float8":         `--compute "float8"`,
		"--lengths 0":              "--lengths 0",
		"--repeats -1":             "--repeats",
		"surplus":                  "surplus",
		"--no-such-flag":           "no-such-flag",
		"--preset tiny --depths x": "depths",
	} {
		var out, errors strings.Builder
		if code := Run(t.Context(), append([]string{"bench"}, strings.Fields(args)...), &out, &errors); code != 2 {
			t.Errorf("bench %s: exit status %d", args, code)
		}
		if !strings.Contains(errors.String(), want) || strings.Count(errors.String(), "\n") != 1 || out.Len() > 0 {
			t.Errorf("bench %s: %q", args, errors.String())
		}
	}
}
