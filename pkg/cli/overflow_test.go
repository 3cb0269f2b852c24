package cli

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"llmjp.internal/modernbert/pkg/model/checkpoint"
)

// overflown copies the test model with one norm's weights multiplied, in a dtype.
func overflown(t *testing.T, factor float32, dtype checkpoint.DType) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(testModel)); err != nil {
		t.Fatal(err)
	}
	f := tensorFile(t, filepath.Join(testModel, checkpoint.WeightsFile))
	var tensors []checkpoint.Tensor
	for _, name := range f.Names() {
		x, err := f.Float32s(name)
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasSuffix(name, "final_norm.weight") || strings.HasSuffix(name, "head.norm.weight") {
			for i := range x {
				x[i] *= factor
			}
		}
		info, _ := f.Info(name)
		tensors = append(tensors, checkpoint.Tensor{Name: name, DType: dtype, Shape: info.Shape, Data: x})
	}
	if err := checkpoint.WriteFile(filepath.Join(dir, checkpoint.WeightsFile), tensors, nil); err != nil {
		t.Fatal(err)
	}
	return dir
}

// NaN and infinity, in the weights or in what they give, are an error of every
// command, and nothing is written.
func TestOverflowIsRefused(t *testing.T) {
	texts := file(t, "texts.jsonl", `{"id": "a", "text": "日本の首都は東京であり、多くの"}`+"\n"+`{"id": "b", "text": "京都は千年の都である。"}`+"\n")
	pairs := file(t, "pairs.jsonl", `{"query": "a", "positive": "b"}`+"\n")
	for want, model := range map[string]string{
		"infinity for input":     overflown(t, 1e38, checkpoint.F32),
		"holds ":                 overflown(t, 1e6, checkpoint.F16),
		"diverged in training, ": overflown(t, 1e6, checkpoint.F16),
	} {
		for _, args := range [][]string{
			{"embed", "--input", texts}, {"hidden", "--input", texts}, {"hidden", "--input", texts, "--layer", "last"}, {"logits", "--input", texts},
			{"embed", "--input", texts, "--compute", "bfloat16"}, {"pppl", "--input", texts, "--positions", "2"},
			{"retrieve", "--pairs", pairs, "--texts", texts}, {"similarity", "--pairs", pairs, "--texts", texts, "--random", "1"},
		} {
			output := filepath.Join(t.TempDir(), "out")
			stdout, stderr, code := command(append(args, "--model", model, "--output", output)...)
			if code != 1 || stdout != "" || !strings.Contains(stderr, want) {
				t.Errorf("%v: exit %d, %s%s, want %q", args[:1], code, stdout, stderr, want)
			}
			if _, err := os.Stat(output); err == nil {
				t.Errorf("%v: the output was written", args[:1])
			}
		}
		if stdout, stderr, code := command("fill-mask", "--model", model, "日本の首都は{}です。"); code != 1 || stdout != "" || !strings.Contains(stderr, want) {
			t.Errorf("fill-mask: exit %d, %s%s", code, stdout, stderr)
		}
	}
}
