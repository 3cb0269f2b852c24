package pppl

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"llmjp.internal/modernbert/pkg/result"
)

func TestRefused(t *testing.T) {
	noMask := twin(t)
	config := filepath.Join(noMask, "tokenizer_config.json")
	data, err := os.ReadFile(config)
	if err != nil {
		t.Fatal(err)
	}
	write(t, config, strings.ReplaceAll(string(data), `"mask_token"`, `"another_token"`))
	ids := filepath.Join(t.TempDir(), "ids.jsonl")
	write(t, ids, `{"ids": [5, 6]}`)
	empty := filepath.Join(t.TempDir(), "empty.jsonl")
	write(t, empty, `{"text": ""}`)
	binned := everything(2)
	binned.PerBin, binned.Bins = 1, []result.LengthBin{{Above: 0, To: 20}}
	short := everything(2)
	short.MaxLength = 2
	for _, c := range []struct {
		model, input, want string
		o                  Options
	}{
		{noMask, documents, "twin: the tokenizer has no mask token", everything(2)},
		{"../testdata/bert", documents, "a masked language model is needed", everything(2)},
		{testModel, ids, "ids.jsonl:1: the line holds ids", everything(2)},
		{testModel, empty, "none of the 1 texts falls into a bin (1 to 20 tokens", binned},
		{testModel, documents, "have none between the special ones", short},
		{testModel, documents, "at least one position", everything(0)},
	} {
		journal := filepath.Join(t.TempDir(), "j")
		_, _, err := Measure(t.Context(), list(t, c.model), c.o, journal, c.input)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%v, want %q", err, c.want)
		}
		if _, err := os.Stat(journal); !os.IsNotExist(err) {
			t.Errorf("%s: a journal without a row is left", c.want)
		}
	}
	// Only empty texts: scored, but no figure can be drawn of them.
	scores := measure(t, list(t, testModel), everything(2), empty)
	if _, err := Result(t.Context(), scores, everything(2), time.Now(), empty); err == nil || !strings.Contains(err.Error(), "has no documents") {
		t.Errorf("a result without documents: %v", err)
	}
}
