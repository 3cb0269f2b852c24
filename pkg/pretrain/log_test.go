package pretrain

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A journal goes back to a step, whatever a crash left behind it, and from a
// file that is longer than one look.
func TestJournalGoesBack(t *testing.T) {
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
		path := filepath.Join(t.TempDir(), "log.jsonl")
		if err := os.WriteFile(path, []byte(test.content), 0o666); err != nil {
			t.Fatal(err)
		}
		j, last, err := openJournal(path, test.step)
		if err != nil {
			t.Fatal(err)
		}
		if err := j.write(map[string]int{"step": 77}); err != nil {
			t.Fatal(err)
		}
		j.close()
		got, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if string(got) != test.want+"{\"step\":77}\n" {
			t.Errorf("to step %d: %d bytes stay, %d should", test.step, len(got)-12, len(test.want))
		}
		if want := strings.Count(test.want, "\n"); last != want && !(want == 0 && last == -1) {
			t.Errorf("to step %d: last %d, want %d", test.step, last, want)
		}
	}
}
