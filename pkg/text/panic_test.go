package text_test

import (
	"bytes"
	"os"
	"os/exec"
	"strings"
	"testing"

	"llmjp.internal/modernbert/pkg/text"
)

// TestPanic opens files on which the Rust library would end the process, in a
// process of its own: each is an error of one line.
func TestPanic(t *testing.T) {
	files := map[string][2]string{
		"a NUL in the reason":          {smallFile(t, map[string]string{"normalizer": `{"type":"Replace","pattern":{"\u0000":"a"},"content":"b"}`}), `unknown variant`},
		"a prefix longer than a piece": {smallFile(t, map[string]string{"model": `{"type":"BPE","continuing_subword_prefix":"##","vocab":{"a":0,"b":1,"ab":2},"merges":[["a","b"]]}`}), "model.merges[0]"},
	}
	if dir := os.Getenv("MODERNBERT_TEST_PANIC"); dir != "" {
		_, err := text.Open(dir)
		os.Stdout.WriteString(err.Error())
		os.Exit(1)
	}
	library, err := os.ReadFile("../../.local/lib/libtokenizers.a")
	if err != nil || !bytes.Contains(library, []byte("no reason given")) {
		t.Skip("libtokenizers.a is not the one that scripts/setup builds: a user's own ends the process here")
	}
	for name, file := range files {
		dir := t.TempDir()
		write(t, dir, "tokenizer.json", file[0])
		command := exec.Command(os.Args[0], "-test.run", "TestPanic$")
		command.Env = append(os.Environ(), "MODERNBERT_TEST_PANIC="+dir)
		out, err := command.CombinedOutput()
		if exit, ok := err.(*exec.ExitError); !ok || exit.ExitCode() != 1 || !strings.Contains(string(out), file[1]) || strings.Contains(string(out), "\n") {
			t.Errorf("%s: %v\n%.400s", name, err, out)
		}
	}
}
