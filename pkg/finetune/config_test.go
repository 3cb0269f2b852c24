package finetune

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"llmjp.internal/modernbert/pkg/jglue"
)

// JNLI's official training rows are taken alone where somebody has put them
// beside those that stand in for them; what is given is left alone.
func TestOwn(t *testing.T) {
	root := t.TempDir()
	t.Setenv("MODERNBERT_ROOT", root)
	dir := filepath.Join(root, "data", "jglue", "jnli")
	put := func(path string) {
		t.Helper()
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte("module llmjp.internal/modernbert\n"), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	put(filepath.Join(root, "go.mod"))
	put(filepath.Join(dir, "train-recovered.json"))
	for _, want := range []string{"train-recovered.json", "train.json"} {
		c := Config{Task: jglue.JNLI}
		if err := c.UseProjectRows(); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([][]string{{filepath.Join(dir, want)}, {filepath.Join(dir, "valid.json")}}, [][]string{c.Train, c.Valid}); diff != "" {
			t.Error(diff)
		}
		put(filepath.Join(dir, "train.json"))
	}
	c := Config{Task: jglue.JNLI, Train: []string{"mine.json"}}
	if err := c.UseProjectRows(); err != nil || c.Train[0] != "mine.json" || len(c.Train) != 1 {
		t.Errorf("%v %v", c.Train, err)
	}
}
