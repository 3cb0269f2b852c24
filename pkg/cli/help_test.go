package cli

import (
	"strings"
	"testing"
	"time"
)

func TestDidYouMean(t *testing.T) {
	for _, test := range []struct {
		args []string
		want string
	}{
		{[]string{"pretrian"}, `unknown subcommand "pretrian", did you mean pretrain?`},
		{[]string{"help", "embd"}, `unknown subcommand "embd", did you mean embed?`},
		{[]string{"frobnicate"}, `unknown subcommand "frobnicate", see --help`},
		{[]string{"embed", "--outptu", "x"}, "unknown flag: --outptu, did you mean --output?\n"},
		{[]string{"embed", "--zzz"}, "unknown flag: --zzz, see --help"},
		{[]string{"pretrain", "--preset", "tyni", "--output", "x"}, "did you mean tiny?"},
		{[]string{"pretrain", "--set", "lerning_rate=1", "--output", "x"}, `there is no setting "lerning_rate"`},
		{[]string{"pretrain", "--set", "wramup_steps=1", "--output", "x"}, "did you mean warmup_steps?"},
	} {
		var stdout, stderr strings.Builder
		if code := Run(t.Context(), test.args, &stdout, &stderr); code != 2 || !strings.Contains(stderr.String(), test.want) {
			t.Errorf("%v: exit %d, %q, want %q", test.args, code, stderr.String(), test.want)
		}
	}
}

// The help of every subcommand fits 100 columns where no terminal says more.
func TestHelpWraps(t *testing.T) {
	for _, c := range newRoot().Commands() {
		var stdout, stderr strings.Builder
		if code := Run(t.Context(), []string{c.Name(), "--help"}, &stdout, &stderr); code != 0 {
			t.Fatalf("%s: exit %d, %s", c.Name(), code, stderr.String())
		}
		for _, line := range strings.Split(stdout.String(), "\n") {
			if n := len([]rune(line)); n > 100 {
				t.Errorf("%s: %d columns: %s", c.Name(), n, line)
			}
		}
	}
	if got, want := wrapText("one two three\nfour\n\n  kept as it is\nfive", 9), "one two\nthree\nfour\n\n  kept as it is\nfive"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

// Where nothing moves a line says why, and is taken away when something does.
func TestWait(t *testing.T) {
	var soon, late strings.Builder
	stop := wait(&soon, time.Hour)
	stop()
	if soon.String() != "" {
		t.Errorf("before the silence: %q", soon.String())
	}
	stop = wait(&late, 0)
	time.Sleep(50 * time.Millisecond)
	stop()
	stop()
	if got := late.String(); got != "compiling …\r           \r" {
		t.Errorf("after it: %q", got)
	}
}
