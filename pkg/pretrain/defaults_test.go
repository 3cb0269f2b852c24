package pretrain

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"llmjp.internal/modernbert/pkg/project"
)

// TestCorpusIsMissing refuses small where a part of its text is not there, and
// leaves nothing behind; a text of one's own is not asked for the project's.
func TestCorpusIsMissing(t *testing.T) {
	root := t.TempDir()
	overwrite(t, filepath.Join(root, "go.mod"), "module "+project.Module+"\n")
	for _, name := range []string{"train.jsonl.gz", "small/chat.jsonl.gz", "small/valid.jsonl.gz"} {
		path := filepath.Join(root, "data", "corpus", name)
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			t.Fatal(err)
		}
		overwrite(t, path, "")
	}
	t.Setenv("MODERNBERT_ROOT", root)
	s, err := Preset("small", 1)
	if err != nil {
		t.Fatal(err)
	}
	output := filepath.Join(t.TempDir(), "run")
	_, err = Options{Settings: s, Output: output, Init: "m"}.WithDefaults()
	if err == nil || strings.Contains(err.Error(), "\n") {
		t.Fatal(err)
	}
	for _, want := range []string{"the text of preset small is not whole", "news-and-blog.jsonl.gz", "git checkout data/corpus", "--data"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
	if _, err := os.Stat(output); err == nil {
		t.Error("it made a folder for the run")
	}
	text := writeTexts(t, 6)
	if _, err := (Options{Settings: s, Output: output, Init: "m", Data: []string{text}, Valid: []string{text}}).WithDefaults(); err != nil {
		t.Errorf("a text of one's own: %v", err)
	}
}
