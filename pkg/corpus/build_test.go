package corpus

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"

	"llmjp.internal/modernbert/pkg/text"
)

// bytesTokenizer has a token a byte; stop, if not 0, makes it fail after so
// many texts.
type bytesTokenizer struct {
	text.Tokenizer
	name  string
	stop  int32
	calls atomic.Int32
}

func (b *bytesTokenizer) Encode(s string, _ bool, _ int) (text.Encoding, error) {
	if n := b.calls.Add(1); b.stop > 0 && n > b.stop {
		return text.Encoding{}, errors.New("stopped")
	}
	ids := []int32{}
	for _, c := range []byte(s) {
		ids = append(ids, int32(c)+70000)
	}
	return text.Encoding{IDs: ids}, nil
}
func (b *bytesTokenizer) Special() text.Special { return text.Special{CLS: 5, SEP: 6} }
func (b *bytesTokenizer) Files() map[string][]byte {
	return map[string][]byte{"tokenizer.json": []byte(b.name)}
}

// lines are n documents; document i is the text "i".
func lines(n int) []byte {
	var out bytes.Buffer
	for i := range n {
		fmt.Fprintf(&out, "{\"text\":\"%d\"}\n", i)
	}
	return out.Bytes()
}

func content(t *testing.T, c *Corpus) string {
	t.Helper()
	var out []string
	for i := range c.Len() {
		tokens, err := c.Doc(i)
		if err != nil {
			t.Fatal(err)
		}
		s := ""
		for _, token := range tokens {
			s += string(rune(token - 70000))
		}
		out = append(out, s)
	}
	return strings.Join(out, ",")
}

func TestBuild(t *testing.T) {
	a := write(t, "a.jsonl", []byte("{\"text\":\"abc\"}\n{\"text\":\"\"}\n{\"text\":null}\n"))
	b := write(t, "b.txt", []byte("de\n\nf\n"))
	opt := Options{Patterns: []string{a, b}, Tokenizer: &bytesTokenizer{}, Dir: t.TempDir()}
	c, err := Build(context.Background(), opt)
	if err != nil {
		t.Fatal(err)
	}
	if got := content(t, c); got != "abc,,de,f" && got != "de,f,abc," {
		t.Errorf("documents %q", got)
	}
	if c.Tokens() != 6 {
		t.Errorf("%d tokens", c.Tokens())
	}
	row, err := c.Row(strings.Count(content(t, c)[:strings.Index(content(t, c), "abc")], ","), 4)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]int32{5, 'a' + 70000, 'b' + 70000, 6}, row); diff != "" {
		t.Error(diff)
	}
}

// An interrupted build goes on after its last finished shard and ends with the
// same corpus as one that was not interrupted.
func TestBuildGoesOn(t *testing.T) {
	file := write(t, "a.jsonl.gz", zip(t, string(lines(5000))))
	ctx := context.Background()
	whole, err := Build(ctx, Options{Patterns: []string{file}, Tokenizer: &bytesTokenizer{}, Dir: t.TempDir(), shardTokens: 2000})
	if err != nil {
		t.Fatal(err)
	}
	opt := Options{Patterns: []string{file}, Tokenizer: &bytesTokenizer{stop: 3000}, Dir: t.TempDir(), shardTokens: 2000}
	if _, err := Build(ctx, opt); err == nil || !strings.Contains(err.Error(), "stopped") {
		t.Fatal(err)
	}
	if _, err := Open(opt.Dir); err == nil {
		t.Fatal("an unfinished corpus opens")
	}
	rest := &bytesTokenizer{}
	opt.Tokenizer = rest
	c, err := Build(ctx, opt)
	if err != nil {
		t.Fatal(err)
	}
	if n := rest.calls.Load(); n > 3000 {
		t.Errorf("%d documents were tokenized again", n)
	}
	if c.Digest() != whole.Digest() || content(t, c) != content(t, whole) {
		t.Error("the corpus differs from one built in one go")
	}
	if len(c.shards) < 5 {
		t.Errorf("%d shards", len(c.shards))
	}
}

func TestBuildNoticesChanges(t *testing.T) {
	file := write(t, "a.jsonl", lines(300))
	dir := t.TempDir()
	var said []string
	var last *Corpus
	t.Cleanup(func() { last.Close() })
	build := func(name string) *Corpus {
		t.Helper()
		said = nil
		if last != nil {
			last.Close()
		}
		tokenizer := &bytesTokenizer{name: name}
		c, err := Build(context.Background(), Options{Patterns: []string{file}, Tokenizer: tokenizer, Dir: dir,
			Report: func(s string) { said = append(said, s) }})
		if err != nil {
			t.Fatal(err)
		}
		last = c
		if tokenizer.calls.Load() > 0 {
			said = append(said, "tokenized")
		}
		return c
	}
	first := build("x")
	if build("x"); len(said) != 0 {
		t.Errorf("nothing has changed, but: %q", said)
	}
	if other := build("y"); len(said) != 2 || !strings.Contains(said[0], "the tokenizer has changed") || other.Digest() == first.Digest() {
		t.Errorf("another tokenizer: %q", said)
	}
	os.WriteFile(file, lines(301), 0o666)
	if c := build("y"); len(said) != 2 || !strings.Contains(said[0], "the input files have changed") || c.Len() != 301 {
		t.Errorf("another input: %q", said)
	}
	shard := filepath.Join(dir, "shard-00000-00000")
	data, _ := os.ReadFile(shard)
	data[len(data)-5] ^= 1
	os.Remove(shard)
	os.WriteFile(shard, data, 0o666)
	damaged, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Batch(damaged, 1, 0, 301, 100); err == nil || !strings.Contains(err.Error(), "shard-00000-00000 is damaged") {
		t.Errorf("a flipped byte: %v", err)
	}
	damaged.Close()
	if build("y"); len(said) != 2 || !strings.Contains(said[0], "shard-00000-00000 is damaged") {
		t.Errorf("a flipped byte: %q", said)
	}
	// Wherever a byte of an index or a shard changes, it is said, and the corpus is the same again.
	want := content(t, build("y"))
	for _, name := range []string{"index.json", "shard-00000-00000.json", "shard-00000-00000"} {
		path := filepath.Join(dir, name)
		whole, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for at := 0; at < len(whole); at += 1 + len(whole)/60 {
			data := bytes.Clone(whole)
			data[at] ^= 1
			os.Remove(path) // it may be mapped
			os.WriteFile(path, data, 0o666)
			c := build("y")
			if got := content(t, c); got != want || c.Digest() == first.Digest() {
				t.Fatalf("%s, byte %d: another corpus", name, at)
			}
			if name == "index.json" && !(len(said) == 1 && strings.Contains(said[0], "damaged")) {
				t.Fatalf("%s, byte %d: %q", name, at, said)
			}
		}
	}
}

func TestBuildRefusesAndSkips(t *testing.T) {
	file := write(t, "a.jsonl", append(lines(3), "{\"text\":1}\nx\n{\"text\":\"9\"}\n"...))
	opt := Options{Patterns: []string{file}, Tokenizer: &bytesTokenizer{}, Dir: t.TempDir()}
	if _, err := Build(context.Background(), opt); err == nil || !strings.Contains(err.Error(), "a.jsonl:4: field \"text\" is a number") || !strings.Contains(err.Error(), "--skip-bad-lines") {
		t.Error(err)
	}
	var said []string
	opt.SkipBadLines, opt.Report = true, func(s string) { said = append(said, filepath.Base(s)) }
	c, err := Build(context.Background(), opt)
	if err != nil {
		t.Fatal(err)
	}
	if content(t, c) != "0,1,2,9" || c.BadLines() != 2 {
		t.Error(content(t, c), c.BadLines())
	}
	c.Close()
	if diff := cmp.Diff([]string{"a.jsonl:4: field \"text\" is a number, a string is needed", "a.jsonl:5: not JSON: invalid character 'x' at start of value after byte 0", "skipped 2 bad lines of 6"}, said); diff != "" {
		t.Error(diff)
	}
	opt.Patterns = []string{write(t, "b.jsonl", []byte("{\"text\":null}\n"))}
	if _, err := Build(context.Background(), opt); err == nil || !strings.Contains(err.Error(), "no documents") {
		t.Error(err)
	}
	opt.Patterns = []string{write(t, "c.jsonl", []byte("{\"text\":\"\"}\n{\"text\":\"\"}\n"))}
	if _, err := Build(context.Background(), opt); err == nil || !strings.Contains(err.Error(), "all 2 documents are empty") {
		t.Error(err)
	}
	opt.Patterns = []string{write(t, "d.jsonl", []byte("{\"text\":\"7\",\"ids\":[1]}\n"))}
	if c, err := Build(context.Background(), opt); err != nil || content(t, c) != "7" {
		t.Errorf("a text with ids of its own: %v", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	opt.Patterns, opt.Dir = []string{file}, t.TempDir()
	if _, err := Build(ctx, opt); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	if _, err := Open(opt.Dir); err == nil {
		t.Error("a cancelled build left a corpus")
	}
}

// Inputs that other processes tokenize, one of which dies in the middle, give
// the corpus of a serial build: the digest is equal.
func TestBuildElsewhere(t *testing.T) {
	dir := t.TempDir()
	for i := range 5 {
		if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("part-%d.jsonl", i)), lines(10+200*i), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	opt := Options{Patterns: []string{filepath.Join(dir, "part-*.jsonl")}, Dir: t.TempDir(), Tokenizer: &bytesTokenizer{name: "a"}, Workers: 2, shardTokens: 300}
	serial, err := Build(context.Background(), opt)
	if err != nil {
		t.Fatal(err)
	}
	defer serial.Close()
	opt.Dir = t.TempDir()
	opt.Elsewhere = func(ctx context.Context, in Inputs) error {
		if missing, err := in.Missing(); err != nil || len(missing) != 5 || len(in.Files) != 5 || in.Sizes[1] <= in.Sizes[0] {
			t.Errorf("before: %v, %v, sizes %v", missing, err, in.Sizes)
		}
		worker := opt
		worker.Tokenizer = &bytesTokenizer{name: "a", stop: 300}
		if err := BuildInputs(ctx, worker, 3); err == nil {
			t.Error("the tokenizer should have stopped")
		}
		worker.Tokenizer = &bytesTokenizer{name: "a"}
		if err := BuildInputs(ctx, worker, 4, 0); err != nil {
			t.Error(err)
		}
		if missing, err := in.Missing(); err != nil || !cmp.Equal(missing, []int{1, 2, 3}) {
			t.Errorf("after a part: %v, %v", missing, err)
		}
		return BuildInputs(ctx, worker, 1, 2, 3)
	}
	counted := &bytesTokenizer{name: "a"}
	opt.Tokenizer = counted
	shared, err := Build(context.Background(), opt)
	if err != nil {
		t.Fatal(err)
	}
	defer shared.Close()
	if shared.Digest() != serial.Digest() || content(t, shared) != content(t, serial) {
		t.Errorf("digest %s, serial %s", shared.Digest(), serial.Digest())
	}
	if n := counted.calls.Load(); n != 0 {
		t.Errorf("Build tokenized %d texts itself", n)
	}
	if err := BuildInputs(context.Background(), opt, 5); err == nil || !strings.Contains(err.Error(), "input 5 of 5 files") {
		t.Errorf("a number beyond the inputs: %v", err)
	}
}

// A build that fails before its first shard leaves no new folder.
func TestBuildLeavesNothing(t *testing.T) {
	opt := Options{Patterns: []string{write(t, "a.jsonl", []byte("{"))}, Tokenizer: &bytesTokenizer{}, Dir: filepath.Join(t.TempDir(), "new")}
	if _, err := Build(t.Context(), opt); err == nil {
		t.Error("a bad line is accepted")
	}
	if _, err := os.Stat(opt.Dir); !os.IsNotExist(err) {
		t.Errorf("%s: %v", opt.Dir, err)
	}
}
