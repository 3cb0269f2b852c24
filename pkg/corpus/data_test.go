package corpus

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"llmjp.internal/modernbert/pkg/project"
)

// The committed data is what data/SHA256SUMS says.
func TestDataDigests(t *testing.T) {
	dir, err := project.Path("data")
	if err != nil {
		t.Fatal(err)
	}
	sums, err := os.Open(filepath.Join(dir, "SHA256SUMS"))
	if err != nil {
		t.Fatal(err)
	}
	defer sums.Close()
	n := 0
	for lines := bufio.NewScanner(sums); lines.Scan(); n++ {
		want, name, _ := strings.Cut(lines.Text(), "  ")
		data, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Error(err)
			continue
		}
		if got := sha256.Sum256(data); hex.EncodeToString(got[:]) != want {
			t.Errorf("%s: digest %x, SHA256SUMS says %s", name, got, want)
		}
	}
	if n < 15 {
		t.Errorf("SHA256SUMS lists %d files", n)
	}
}

// The pairs of the retrieval task are all found, and no passage of the
// validation articles is in the training text.
func TestRetrievalData(t *testing.T) {
	path := func(name string) string {
		p, err := project.Path("data", name)
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	pairs, err := ReadPairs(path("retrieval/pairs.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	passages, err := ReadPassages(path("retrieval/texts.jsonl.gz"))
	if err != nil {
		t.Fatal(err)
	}
	queries, _, err := passages.Resolve(pairs)
	if err != nil || len(queries) != 823 {
		t.Fatal(len(queries), err)
	}
	train := map[string]bool{}
	for text, err := range Texts(path("corpus/train.jsonl.gz")) {
		if err != nil {
			t.Fatal(err)
		}
		for paragraph := range strings.SplitSeq(text.Text, "\n") {
			train[paragraph] = true
		}
	}
	for i, query := range queries {
		if train[query] {
			t.Errorf("pair %d's query is in the training text", i)
		}
	}
}
