package cli

import (
	"bytes"
	"strings"
	"testing"
)

// Every subcommand has a help; whoever asks for what is not there gets one
// line and exit status 2.
func TestConventions(t *testing.T) {
	run := func(args ...string) (code int, stdout, stderr string) {
		var out, err bytes.Buffer
		code = Run(t.Context(), args, &out, &err)
		return code, out.String(), err.String()
	}
	var all [][]string
	for _, cmd := range newRoot().Commands() {
		all = append(all, []string{cmd.Name()})
		for _, below := range cmd.Commands() {
			all = append(all, []string{cmd.Name(), below.Name()})
		}
	}
	for _, path := range append(all, []string{}) {
		if code, out, errs := run(append(path, "--help")...); code != 0 || !strings.Contains(out, "Usage:") || errs != "" {
			t.Errorf("%v --help: status %d, %q, %q", path, code, out, errs)
		}
		code, out, errs := run(append(path, "--no-such-flag")...)
		if code != 2 || out != "" || strings.Count(errs, "\n") != 1 || !strings.Contains(errs, "--no-such-flag") {
			t.Errorf("%v --no-such-flag: status %d, %q, %q", path, code, out, errs)
		}
	}
	for _, args := range [][]string{{"no-such-command"}, {"help", "no-such-command"}, {"--no-such-flag", "no-such-command"}} {
		code, _, errs := run(args...)
		if code != 2 || strings.Count(errs, "\n") != 1 || !strings.Contains(errs, "no-such") {
			t.Errorf("%v: status %d, %q", args, code, errs)
		}
	}
	if code, _, errs := run(); code != 2 || !strings.Contains(errs, "a subcommand is needed") {
		t.Errorf("nothing: status %d, %q", code, errs)
	}
}

// --version prints one line, with the commit where it is known.
func TestVersion(t *testing.T) {
	stdout, stderr, code := command("--version")
	if code != 0 || stderr != "" || strings.Count(stdout, "\n") != 1 || !strings.HasPrefix(stdout, "modernbert commit ") {
		t.Errorf("exit %d, %q, %q", code, stdout, stderr)
	}
	if stdout, _, _ := command("--help"); !strings.Contains(stdout, "--version") {
		t.Error("the help does not name it")
	}
}
