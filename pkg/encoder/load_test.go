package encoder

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"llmjp.internal/modernbert/pkg/model"
)

// A model whose tokenizer cannot be opened is loaded; each use of the tokenizer says
// what is wrong.
func TestLoadWithoutTokenizer(t *testing.T) {
	source, dir := filepath.Join(testdata, "modernbert"), t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(source)); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "tokenizer.json"), []byte("{"), 0o644); err != nil {
		t.Fatal(err)
	}
	e, err := Load(t.Context(), dir, model.Body, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	for range 2 {
		if _, err := e.Tokenizer(); err == nil || !strings.Contains(err.Error(), "tokenizer.json") {
			t.Errorf("a broken tokenizer: %v", err)
		}
	}
}
