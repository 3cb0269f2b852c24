package cli

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// rowsOf writes rows of JSTS, n of them.
func rowsOf(t *testing.T, n int) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "rows.json")
	var b strings.Builder
	for i := range n {
		b.WriteString(`{"sentence1": "京都の寺院", "sentence2": "東京の` + strings.Repeat("神社", i%3) + `", "label": ` + string('0'+rune(i%6)) + "}\n")
	}
	if err := os.WriteFile(path, []byte(b.String()), 0o666); err != nil {
		t.Fatal(err)
	}
	return path
}

const smallModel = "../eval/testdata/modernbert"

func TestFineTune(t *testing.T) {
	rows, out := rowsOf(t, 12), filepath.Join(t.TempDir(), "out")
	args := []string{"finetune", "--task", "jsts", "--model", smallModel, "--train", rows, "--valid", rows, "--output", out, "--epochs", "2", "--lr", "1e-3", "--seed", "7"}
	stdout, stderr, code := command(args...)
	if code != 0 || !strings.HasPrefix(stdout, "JSTS pearson ") {
		t.Fatalf("exit %d, %s%s", code, stdout, stderr)
	}
	if !strings.Contains(stderr, "not comparable with the paper") || !strings.Contains(stderr, "classifier.weight") {
		t.Errorf("stderr says neither what is drawn nor that rows are few:\n%s", stderr)
	}
	var report struct {
		Task, Metric string
		Score, LR    float64
		Epochs, Seed int
	}
	data, err := os.ReadFile(filepath.Join(out, "result.json"))
	if err == nil {
		err = json.Unmarshal(data, &report)
	}
	if err != nil || report.Task != "jsts" || report.Metric != "pearson" || report.Epochs != 2 || report.Seed != 7 || report.LR != 1e-3 || report.Score < -1 || report.Score > 1 {
		t.Errorf("%v: %s", err, data)
	}
	for _, name := range []string{"log.jsonl", "predictions.jsonl", "model/config.json", "model/model.safetensors", "model/tokenizer.json"} {
		if _, err := os.Stat(filepath.Join(out, name)); err != nil {
			t.Error(err)
		}
	}
	if _, stderr, code := command(args...); code != 1 || !strings.Contains(stderr, "is not empty: choose another folder, or --replace") {
		t.Errorf("a second time: exit %d, %s", code, stderr)
	}
	if _, stderr, code := command(append(args, "--replace")...); code != 0 {
		t.Errorf("--replace: exit %d, %s", code, stderr)
	}
}

func TestFineTuneRefuses(t *testing.T) {
	rows, out := rowsOf(t, 3), filepath.Join(t.TempDir(), "out")
	nli := filepath.Join(t.TempDir(), "nli.json")
	if err := os.WriteFile(nli, []byte(`{"sentence1": "猫", "sentence2": "犬", "label": "neutral"}`), 0o666); err != nil {
		t.Fatal(err)
	}
	all := func(more ...string) []string {
		return append([]string{"finetune", "--task", "jsts", "--model", smallModel, "--train", rows, "--valid", rows, "--output", out}, more...)
	}
	for _, c := range []struct {
		code int
		want string
		args []string
	}{
		{2, "--task and --model and --output not given", []string{"finetune"}},
		{2, `--task "jsquad" is none of jsts, jnli, jcola`, all("--task", "jsquad")},
		{2, "learning rate -1 is not a positive number", all("--lr", "-1")},
		{2, "0 epochs", all("--epochs", "0")},
		{2, "--batch-size 0", all("--batch-size", "0")},
		{2, "--max-length -5", all("--max-length", "-5")},
		{1, nli + ":1: a line of JNLI, the task is JSTS", append(all()[:7], "--valid", nli, "--output", out)},
		{1, "no such", all("--model", "/no/such/model")},
		{1, "--output " + filepath.Join(rows, "out") + ": " + rows + " is a file", all("--output", filepath.Join(rows, "out"))}, // before anything is computed
		{2, `--grid: "rate" is none of lr, epochs, seed`, append([]string{"sweep"}, all("--grid", "rate=1")[1:]...)},
		{2, `--grid: lr: "high" is not a number`, append([]string{"sweep"}, all("lr=high")[1:]...)},
		{2, `--engine "pbs" is neither local nor slurm`, append([]string{"sweep"}, all("--engine", "pbs")[1:]...)},
	} {
		_, stderr, code := command(c.args...)
		if code != c.code || !strings.Contains(stderr, c.want) {
			t.Errorf("%v: exit %d, want %d with %q:\n%s", c.args, code, c.code, c.want, stderr)
		}
	}
	if _, err := os.Stat(out); err == nil {
		t.Error("a failed run left an output")
	}
}
