package cli

import (
	"slices"
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

// A peer keeps what the user preloads, without our allocator.
func TestWithoutAllocator(t *testing.T) {
	for _, test := range [][2]string{{"/a/.local/memory.so", ""}, {"/x/libjemalloc.so.2:/a/.local/memory.so", "/x/libjemalloc.so.2"}, {"/x/memory.so", "/x/memory.so"}} {
		got := withoutAllocator([]string{"A=1", "LD_PRELOAD=" + test[0]})
		if want := []string{"A=1", "LD_PRELOAD=" + test[1]}; !slices.Equal(got, want) {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
