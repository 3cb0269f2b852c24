package backend

import (
	"path/filepath"
	"strings"
	"testing"
)

func TestPrograms(t *testing.T) {
	cache, own := t.TempDir(), t.TempDir()
	t.Setenv("XDG_CACHE_HOME", cache)
	for _, test := range []struct{ variable, flags, want, err string }{
		{"", "", filepath.Join(cache, "modernbert", "programs"), ""},
		{own, "", own, ""},
		{"off", "", "", ProgramsVariable},
		{own, "--xla_dump_to=x", "", "XLA_FLAGS"},
	} {
		t.Setenv(ProgramsVariable, test.variable)
		t.Setenv("XLA_FLAGS", test.flags)
		got, err := Programs()
		if got != test.want || (err == nil) != (test.err == "") || err != nil && !strings.Contains(err.Error(), test.err) {
			t.Errorf("%+v: %q, %v", test, got, err)
		}
	}
	t.Setenv("XLA_FLAGS", "")
	t.Setenv(ProgramsVariable, "")
	t.Setenv("XDG_CACHE_HOME", "")
	t.Setenv("HOME", "")
	if got, err := Programs(); err == nil || !strings.Contains(err.Error(), ProgramsVariable) {
		t.Errorf("without a home: %q, %v", got, err)
	}
}
