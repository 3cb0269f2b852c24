package corpus

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"llmjp.internal/modernbert/pkg/durable"
)

// built is a corpus of 3,000 documents in a new folder.
func built(t *testing.T) (*Corpus, Options) {
	t.Helper()
	opt := Options{Patterns: []string{write(t, "a.jsonl", lines(3000))}, Tokenizer: &bytesTokenizer{}, Dir: t.TempDir()}
	c, err := Build(context.Background(), opt)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c, opt
}

// A shard that is truncated while it is mapped is an error that names it, not
// the end of the process.
func TestTruncatedWhileMapped(t *testing.T) {
	c, opt := built(t)
	shard := filepath.Join(opt.Dir, "shard-00000-00000")
	if err := os.Truncate(shard, 40); err != nil {
		t.Fatal(err)
	}
	_, err := c.Doc(2999)
	if err == nil || !strings.Contains(err.Error(), shard) || !strings.Contains(err.Error(), "truncated") {
		t.Errorf("error %v", err)
	}
	if _, err := Batch(c, 1, 0, 3000, 100); err == nil {
		t.Error("a batch was drawn")
	}
}

// A corpus that is read is not built anew under its reader, and one that is
// built is not read.
func TestLockOfACorpus(t *testing.T) {
	defer func(p time.Duration) { patience = p }(patience)
	patience = 200 * time.Millisecond
	c, opt := built(t)
	again, err := Build(context.Background(), opt) // a second reader of the same
	if err != nil {
		t.Fatal(err)
	}
	other := opt
	other.Tokenizer = &bytesTokenizer{name: "another"}
	if _, err := Build(context.Background(), other); err == nil || !strings.Contains(err.Error(), "which other processes are reading") {
		t.Errorf("error %v", err)
	}
	if _, err := c.Doc(0); err != nil {
		t.Error(err)
	}
	again.Close()
	c.Close()
	held, err := try(opt.Dir, durable.Exclusive)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Open(opt.Dir); err == nil || !strings.Contains(err.Error(), "is building this corpus") {
		t.Errorf("error %v", err)
	}
	held.release()
	third, err := Build(context.Background(), other)
	if err != nil {
		t.Fatal(err)
	}
	third.Close()
}

// An index whose counts are not those of its shards is refused, though its
// checksum is right.
func TestIndexThatDisagrees(t *testing.T) {
	c, opt := built(t)
	whole := c.index
	c.Close()
	for want, change := range map[string]func(x *index){
		"its counts or its digest":             func(x *index) { x.Documents++ },
		"its counts or its digest are not":     func(x *index) { x.Tokens-- },
		"its digest are not those":             func(x *index) { x.Digest = "0" },
		"the index says 3001":                  func(x *index) { x.Shards[0].Documents++; x.Documents++ },
		"is not the name of a file":            func(x *index) { x.Shards[0].File = "../shard" },
		"version 7, this program reads":        func(x *index) { x.Version = 7 },
		"shard-00000-00001: no such file or d": func(x *index) { x.Shards[0].File = "shard-00000-00001" },
	} {
		x := whole
		x.Shards = append([]shardEntry(nil), whole.Shards...)
		change(&x)
		if err := durable.Seal(filepath.Join(opt.Dir, "index.json"), x); err != nil {
			t.Fatal(err)
		}
		if c, err := Open(opt.Dir); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q", err, want)
			c.Close()
		}
	}
}
