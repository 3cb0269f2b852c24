package cli

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"llmjp.internal/modernbert/pkg/eval/retrieval"
)

// What is used wrongly exits 2 and names what is wrong.
func TestPretrainUsage(t *testing.T) {
	output := t.TempDir()
	for want, args := range map[string][]string{
		`no preset "huge"; there are tiny, small, base`:     {"--preset", "huge"},
		"--stage: there is no stage 3; there are 1 and 2\n": {"--stage", "3"},
		`no setting "learning_rate"; there are`:             {"--set", "learning_rate=1"},
		"lr=fast: not a number":                             {"--set", "lr=fast"},
		"batch_size=0: it is at least 1":                    {"--set", "batch_size=0"},
		"--output has an empty value":                       {"--output", ""},
		"--steps -1: at least 0":                            {"--steps", "-1"},
		"--devices 0: at least 1":                           {"--devices", "0"},
		"--retrieval is a part of validation":               {"--valid", "none", "--retrieval", "pairs.jsonl"},
		"unknown flag: --batch":                             {"--batch", "3"},
		"quote a glob":                                      {"--data", "a.jsonl", "b.jsonl"},
	} {
		_, stderr, code := command(append([]string{"pretrain", "--output", output}, args...)...)
		if code != 2 || !strings.Contains(stderr, want) || strings.Count(stderr, "\n") != 1 {
			t.Errorf("%v: exit %d: %s", args, code, stderr)
		}
	}
}

// --print-config shows stage 1 whole and stage 2 as what differs.
func TestPretrainPrintConfig(t *testing.T) {
	one, _, code := command("pretrain", "--preset", "base", "--print-config", "--set", "seed=7")
	if code != 0 || !strings.Contains(one, "\nlr = 0.0005\n") || !strings.Contains(one, "\nseed = 7\n") || !strings.Contains(one, "# parameters = 187494646\n") {
		t.Errorf("exit %d: %s", code, one)
	}
	two, _, code := command("pretrain", "--preset", "base", "--stage", "2", "--print-config")
	if code != 0 || !strings.HasPrefix(two, "stage = 2 (was 1)\n") || strings.Contains(two, "seed") || strings.Count(two, "#") != 1 || !strings.Contains(two, "\n# disk = 11468 MiB at most; 5 checkpoints stay") {
		t.Errorf("exit %d: %s", code, two)
	}
}

// MIRACL's own files give the task that fetch-data makes of them.
func TestRetrievalTaskOfMIRACL(t *testing.T) {
	const dir = "../corpus/miracl/testdata/"
	got, err := retrievalTask(dir+"qrels.tsv", []string{dir + "docs-*.jsonl.gz"})
	if err != nil {
		t.Fatal(err)
	}
	output := filepath.Join(t.TempDir(), "miracl")
	stdout, stderr, code := command("fetch-data", "miracl", "--topics", dir+"topics.tsv", "--qrels", dir+"qrels.tsv",
		"--output", output, "--passages", dir+"docs-*.jsonl.gz")
	if code != 0 {
		t.Fatal(stderr)
	}
	files := strings.Fields(stdout)
	want, err := retrieval.Open(files[0], files[1])
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" || got.Len() != 2 {
		t.Error(diff)
	}
	if _, err := retrievalTask(dir+"qrels.tsv", nil); err == nil || !strings.Contains(err.Error(), "--texts") {
		t.Errorf("without passages: %v", err)
	}
}
