package cli

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"llmjp.internal/modernbert/pkg/run"
)

// runFolder makes a pretraining of two stages with the small model as their
// checkpoints and returns its folder.
func runFolder(t *testing.T) string {
	t.Helper()
	root := t.TempDir()
	for stage, name := range []string{"stage1", "stage2"} {
		for _, step := range []int{0, 4} {
			dir := filepath.Join(root, name, run.Staying, run.StepName(step))
			if err := os.CopyFS(dir, os.DirFS(smallModel)); err != nil {
				t.Fatal(err)
			}
			if err := (run.State{Step: step, Settings: []byte("{}")}).Seal(dir); err != nil {
				t.Fatal(err)
			}
		}
		if err := (run.Description{Stage: stage + 1}).Write(filepath.Join(root, name)); err != nil {
			t.Fatal(err)
		}
	}
	return root
}

// Every command's --model takes the folder of a run, of one of its stages, or of
// a checkpoint; --run takes all checkpoints of a run.
func TestModelOfARun(t *testing.T) {
	root := runFolder(t)
	input := file(t, "a.jsonl", `{"text": "京都の寺院"}`+"\n")
	last := filepath.Join(root, "stage2", run.Staying, run.StepName(4))
	rows := rowsOf(t, 12)
	pairs := file(t, "pairs.jsonl", `{"query": "a", "positive": "b"}`+"\n")
	texts := file(t, "texts.jsonl", `{"id": "a", "text": "京都"}`+"\n"+`{"id": "b", "text": "東京"}`+"\n")
	for _, model := range []string{root, filepath.Join(root, "stage2"), last} {
		out := filepath.Join(t.TempDir(), "out")
		for _, args := range [][]string{
			{"tokenize", "--input", input},
			{"embed", "--input", input, "--output", out},
			{"hidden", "--input", input, "--output", out},
			{"logits", "--input", input, "--output", out},
			{"pppl", "--input", input, "--output", out, "--positions", "1"},
			{"fill-mask", "--json", "京都の{}"},
			{"retrieve", "--pairs", pairs, "--texts", texts},
			{"similarity", "--pairs", pairs, "--texts", texts, "--random", "1"},
			{"export", "--output", filepath.Join(t.TempDir(), "exported")},
			{"corpus", "--data", input, "--output", filepath.Join(t.TempDir(), "corpus")},
		} {
			flag := "--model"
			if args[0] == "corpus" {
				flag = "--tokenizer"
			}
			stdout, stderr, code := command(append(args, flag, model)...)
			if code != 0 || model != last && !strings.Contains(stderr, model+" is a run: its last checkpoint, "+last) {
				t.Errorf("%s %s: exit %d, %s", args[0], model, code, stderr)
			}
			if args[0] == "fill-mask" && strings.Count(stdout, "\n") != 1 {
				t.Errorf("fill-mask %s: %s", model, stdout)
			}
		}
	}
	args := []string{"finetune", "--task", "jsts", "--model", root, "--train", rows, "--valid", rows, "--output", filepath.Join(t.TempDir(), "out"), "--epochs", "1", "--lr", "1e-3"}
	if _, stderr, code := command(args...); code != 0 || !strings.Contains(stderr, "not in "+last+", initialized from the seed") {
		t.Errorf("finetune: exit %d, %s", code, stderr)
	}
	stdout, stderr, code := command("fill-mask", "--json", "--run", root, "京都の{}")
	if code != 0 || strings.Count(stdout, "\n") != 4 || !strings.Contains(stdout, `"stage 2, 4"`) {
		t.Errorf("fill-mask: exit %d, %s%s", code, stdout, stderr)
	}
	damaged := filepath.Join(last, "config.json")
	if err := os.WriteFile(damaged, []byte("{}"), 0o666); err != nil {
		t.Fatal(err)
	}
	if _, stderr, code := command("tokenize", "--input", input, "--model", root); code != 1 || !strings.Contains(stderr, "config.json is damaged") || !strings.Contains(stderr, "name a checkpoint, such as ") {
		t.Errorf("damaged: exit %d, %s", code, stderr)
	}
}
