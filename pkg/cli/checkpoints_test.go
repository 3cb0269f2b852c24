package cli

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// programEnv, where it is set, makes the test's binary the program.
const programEnv = "CLI_TEST_PROGRAM"

func TestMain(m *testing.M) {
	if os.Getenv(programEnv) != "" {
		Main()
	}
	os.Exit(m.Run())
}

// fakeRun makes the folder of a run with two checkpoints, of the same model.
func fakeRun(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for step := 1; step <= 2; step++ {
		if err := os.CopyFS(filepath.Join(dir, "checkpoints", fmt.Sprintf("step-%06d", step)), os.DirFS(smallModel)); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// The analyses of a run's checkpoints by two worker processes print and write
// what one process does, and leave no parts behind.
func TestEveryCheckpoint(t *testing.T) {
	run := fakeRun(t)
	texts := file(t, "texts.jsonl", `{"id": "a", "text": "日本の首都は東京です。"}`+"\n"+`{"id": "b", "text": "猫が好き。"}`+"\n"+
		`{"id": "c", "text": "犬も好きです。"}`+"\n"+`{"id": "d", "text": "山に登る。"}`+"\n")
	pairs := file(t, "pairs.jsonl", `{"query": "a", "positive": "b"}`+"\n"+`{"query": "c", "positive": "d"}`+"\n")
	t.Setenv(programEnv, "1")
	for _, args := range [][]string{
		{"fill-mask", "--json", "日本の首都は{}です。", "--top-k", "2"},
		{"pppl", "--input", texts, "--positions", "3"},
		{"retrieve", "--pairs", pairs, "--texts", texts},
		{"similarity", "--pairs", pairs, "--texts", texts, "--random", "2"},
	} {
		one, two := filepath.Join(t.TempDir(), "one"), filepath.Join(t.TempDir(), "two")
		to := func(output string, more ...string) (stdout string) {
			line := append(append([]string{}, args...), append([]string{"--run", run}, more...)...)
			if args[0] != "fill-mask" {
				line = append(line, "--output", output)
			}
			stdout, stderr, code := command(line...)
			if code != 0 {
				t.Fatalf("%q: exit %d: %s", line, code, stderr)
			}
			if len(more) > 0 && !strings.Contains(stderr, "2 tasks in 2 processes") {
				t.Errorf("%s: not by two processes: %s", args[0], stderr)
			}
			return stdout
		}
		want, got := to(one), to(two, "--workers", "2")
		if got != want || args[0] != "pppl" && strings.Count(want, `"model":`) != 2 {
			t.Errorf("%s: %s, want %s", args[0], got, want)
		}
		x, _ := os.ReadFile(one)
		if y, _ := os.ReadFile(two); !bytes.Equal(x, y) || args[0] != "fill-mask" && bytes.Count(x, []byte(`"model":`)) < 2 {
			t.Errorf("%s wrote %s, want %s", args[0], y, x)
		}
	}
	for _, wrong := range [][]string{{"--run", run, "--model", smallModel}, {"--model", smallModel, "--workers", "2"}} {
		if _, stderr, code := command(append([]string{"fill-mask", "{}"}, wrong...)...); code != 2 {
			t.Errorf("%q: exit %d: %s", wrong, code, stderr)
		}
	}
}
