package cli

import (
	"path/filepath"
	"strings"
	"testing"
)

func TestFetchMIRACL(t *testing.T) {
	const dir = "../corpus/miracl/testdata/"
	output := filepath.Join(t.TempDir(), "miracl")
	args := []string{"fetch-data", "miracl", "--topics", dir + "topics.tsv", "--qrels", dir + "qrels.tsv", "--output", output}
	stdout, stderr, code := command(append(args, "--passages", dir+"docs-*.jsonl.gz")...)
	if code != 0 || !strings.Contains(stderr, "4 topics, 2 pairs (1 of one article), 4 passages") {
		t.Fatalf("exit %d: %s", code, stderr)
	}
	files := strings.Fields(stdout)
	if len(files) != 2 {
		t.Fatal(stdout)
	}
	stdout, stderr, code = command("retrieve", "--model", "edit", "--pairs", files[0], "--texts", files[1])
	if code != 0 || !strings.Contains(stdout, `"ranks":[2,1]`) {
		t.Errorf("exit %d: %s %s", code, stdout, stderr)
	}
	// A file short.
	_, stderr, code = command(append(args, "--passages", dir+"docs-0.jsonl.gz")...)
	if code != 1 || !strings.Contains(stderr, `3 of 4 passages are not in`) {
		t.Errorf("exit %d: %s", code, stderr)
	}
	// Nothing to fetch from.
	t.Setenv("HF_HUB_OFFLINE", "1")
	t.Setenv("HF_HUB_CACHE", t.TempDir())
	if _, stderr, code = command(args...); code != 1 || !strings.Contains(stderr, "--passages takes files that are here already") {
		t.Errorf("exit %d: %s", code, stderr)
	}
	for _, args := range [][]string{{"fetch-data"}, {"fetch-data", "mnist"}} {
		if _, stderr, code := command(args...); code != 2 {
			t.Errorf("%v: exit %d: %s", args, code, stderr)
		}
	}
}
