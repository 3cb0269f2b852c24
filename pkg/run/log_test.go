package run

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A log goes back to a step, whatever a crash left at its end, also where that
// is longer than one read. What is cut is kept.
func TestLogGoesBack(t *testing.T) {
	lines := func(n int) string {
		var b strings.Builder
		for i := 1; i <= n; i++ {
			fmt.Fprintf(&b, "{\"step\":%d,\"note\":\"%s\"}\n", i, strings.Repeat("x", i%50))
		}
		return b.String()
	}
	for _, test := range []struct {
		content string
		step    int
		want    string
	}{
		{"", 5, ""},
		{lines(4), 4, lines(4)},
		{lines(4), 9, lines(4)},
		{lines(4), 0, ""},
		{lines(4) + `{"step":5,"no`, 7, lines(4)},
		{lines(4) + "\x00\x00\x00", 3, lines(3)},
		{lines(20000), 3, lines(3)},
		{lines(20000), 19990, lines(19990)},
	} {
		dir := t.TempDir()
		path := filepath.Join(dir, LogFile)
		if err := os.WriteFile(path, []byte(test.content), 0o666); err != nil {
			t.Fatal(err)
		}
		log, last, err := OpenLog(dir, LogFile, test.step)
		if err != nil {
			t.Fatal(err)
		}
		if err := log.Append(map[string]int{"step": 77}); err != nil {
			t.Fatal(err)
		}
		log.Close()
		got, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if string(got) != test.want+"{\"step\":77}\n" {
			t.Errorf("to step %d: %d bytes stay, %d should", test.step, len(got)-12, len(test.want))
		}
		cut, err := os.ReadFile(path + ".cut")
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			t.Fatal(err)
		}
		if test.want+string(cut) != test.content {
			t.Errorf("to step %d: %d bytes of what was cut are kept", test.step, len(cut))
		}
		if want := strings.Count(test.want, "\n"); last != want && !(want == 0 && last == -1) {
			t.Errorf("to step %d: last %d, want %d", test.step, last, want)
		}
	}
}
