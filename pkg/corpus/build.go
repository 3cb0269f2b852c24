package corpus

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"

	"llmjp.internal/modernbert/pkg/durable"
	"llmjp.internal/modernbert/pkg/text"
)

// Options say what to build a corpus from.
type Options struct {
	Patterns  []string
	Tokenizer text.Tokenizer
	Dir       string
	// SkipBadLines counts and names lines that can't be used and goes on;
	// otherwise the first of them is an error.
	SkipBadLines bool
	Workers      int // of tokenization; 0 for one a processor
	// Report receives lines for the user; Progress the work done. Both may be
	// nil; they are called from one goroutine at a time.
	Report   func(line string)
	Progress func(Progress)
	// shardTokens is the size of a shard; tests make small ones.
	shardTokens int
}

// Progress is how far a build is.
type Progress struct {
	Bytes, TotalBytes int64 // of the input files
	Documents         int
	Tokens            int64
	Elapsed           time.Duration
}

// inputEntry is one input file as it was when it was read.
type inputEntry struct {
	File     string    `json:"file"`
	Size     int64     `json:"size"`
	Modified time.Time `json:"modified"`
}

// shardEntry describes a finished shard: the lines of one input that it holds.
type shardEntry struct {
	File      string     `json:"file"`
	Documents int        `json:"documents"`
	Tokens    int64      `json:"tokens"`
	SHA256    string     `json:"sha256"`
	Input     inputEntry `json:"input"`
	Tokenizer string     `json:"tokenizer"`
	First     int        `json:"first_line"` // of the input, from 1
	Last      int        `json:"last_line"`
	Final     bool       `json:"final"` // the input ends here
	Bad       int        `json:"bad_lines"`
	Null      int        `json:"null_texts"`
	Named     []string   `json:"bad_line_names,omitempty"` // the first few
}

const (
	defaultShardTokens = 16 << 20 // 64 MiB
	namedBadLines      = 10
	verifyBelow        = 8 << 30 // bytes of shards that are verified whole when a corpus is opened for a run
)

// Build makes the corpus of the files in Dir, or opens it when it is there
// already. An interrupted build goes on after the last finished shard. A
// changed input or tokenizer, and a damaged shard, are said and built again.
func Build(ctx context.Context, opt Options) (*Corpus, error) {
	if opt.Workers <= 0 {
		opt.Workers = runtime.GOMAXPROCS(0)
	}
	if opt.shardTokens <= 0 {
		opt.shardTokens = defaultShardTokens
	}
	if opt.Report == nil {
		opt.Report = func(string) {}
	}
	files, err := Expand(opt.Patterns...)
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(opt.Dir, 0o777); err != nil {
		return nil, err
	}
	unlock, err := lock(filepath.Join(opt.Dir, "lock"))
	if err != nil {
		return nil, err
	}
	defer unlock()

	special := opt.Tokenizer.Special()
	want := index{Version: indexVersion, Tokenizer: tokenizerDigest(opt.Tokenizer), CLS: special.CLS, SEP: special.SEP}
	if want.CLS < 0 || want.SEP < 0 {
		return nil, errors.New("the tokenizer has no [CLS] and [SEP] tokens, which every document starts and ends with")
	}
	for _, file := range files {
		entry, err := stat(file)
		if err != nil {
			return nil, err
		}
		want.Inputs = append(want.Inputs, entry)
	}
	if c := opened(opt, &want); c != nil {
		return c, nil
	}
	b := &builder{Options: opt, want: want, started: time.Now()}
	for _, input := range want.Inputs {
		b.total += input.Size
	}
	for i := range want.Inputs {
		if err := b.input(ctx, i); err != nil {
			return nil, err
		}
	}
	return b.finish()
}

// opened returns the finished corpus if it is the wanted one and whole; else
// it says why it is built again.
func opened(opt Options, want *index) *Corpus {
	c, err := Open(opt.Dir)
	if err != nil {
		if _, there := os.Stat(filepath.Join(opt.Dir, "index.json")); there == nil {
			if damaged := (*DamagedShard)(nil); errors.As(err, &damaged) {
				err = fmt.Errorf("%s is damaged: %s", damaged.Path, damaged.What)
			}
			opt.Report(fmt.Sprintf("%v; what it held is tokenized anew", err))
		}
		return nil
	}
	reason := ""
	switch {
	case c.index.Tokenizer != want.Tokenizer || c.index.CLS != want.CLS || c.index.SEP != want.SEP:
		reason = "the tokenizer has changed"
	case !sameInputs(c.index.Inputs, want.Inputs):
		reason = "the input files have changed"
	case c.index.Bad > 0 && !opt.SkipBadLines:
		reason = "it was built with bad lines skipped"
	}
	bytes := int64(0)
	for _, s := range c.shards {
		bytes += int64(len(s.mapped))
	}
	for _, s := range c.shards {
		if reason == "" && bytes < verifyBelow {
			if err := s.verify(); err != nil {
				opt.Report(fmt.Sprintf("%s is damaged; what it held is tokenized anew", s.path))
				c.Close()
				os.Remove(s.path)
				return nil
			}
		}
	}
	if reason != "" {
		opt.Report(fmt.Sprintf("%s: %s, tokenizing again", opt.Dir, reason))
		c.Close()
		return nil
	}
	return c
}

func sameInputs(a, b []inputEntry) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if !a[i].same(b[i]) {
			return false
		}
	}
	return true
}

func (e inputEntry) same(other inputEntry) bool {
	return e.File == other.File && e.Size == other.Size && e.Modified.Equal(other.Modified)
}

func stat(file string) (inputEntry, error) {
	info, err := os.Stat(file)
	if err != nil {
		return inputEntry{}, err
	}
	absolute, err := filepath.Abs(file)
	return inputEntry{File: absolute, Size: info.Size(), Modified: info.ModTime().UTC()}, err
}

// builder is a build under way.
type builder struct {
	Options
	want    index
	started time.Time
	total   int64        // bytes of all inputs
	read    atomic.Int64 // bytes read of them
	shown   time.Time
}

// finish writes the index, removes what belongs to no shard, and opens.
func (b *builder) finish() (*Corpus, error) {
	x := &b.want
	keep := map[string]bool{"index.json": true, "lock": true}
	for _, s := range x.Shards {
		x.Documents += s.Documents
		x.Tokens += s.Tokens
		x.Bad += s.Bad
		x.Null += s.Null
		keep[s.File], keep[s.File+".json"] = true, true
	}
	if x.Documents == 0 {
		return nil, fmt.Errorf("%s: no documents: every line is blank, null or bad", strings.Join(b.Patterns, ", "))
	}
	if x.Tokens == 0 {
		return nil, fmt.Errorf("%s: no text: all %d documents are empty", strings.Join(b.Patterns, ", "), x.Documents)
	}
	x.Digest = x.digest()
	if err := writeJSON(filepath.Join(b.Dir, "index.json"), x); err != nil {
		return nil, err
	}
	entries, err := os.ReadDir(b.Dir)
	if err != nil {
		return nil, err
	}
	for _, e := range entries {
		if !keep[e.Name()] && strings.HasPrefix(e.Name(), "shard-") {
			os.Remove(filepath.Join(b.Dir, e.Name()))
		}
	}
	if x.Bad > 0 {
		var names []string
		for _, s := range x.Shards {
			names = append(names, s.Named...)
		}
		for _, name := range names[:min(len(names), namedBadLines)] {
			b.Report("skipped " + name)
		}
		b.Report(fmt.Sprintf("skipped %d bad lines of %d", x.Bad, x.Bad+x.Documents))
	}
	return Open(b.Dir)
}

func writeJSON(path string, value any) error {
	data, err := durable.Sealed(value)
	if err != nil {
		return err
	}
	return durable.Bytes(path, data)
}

func tokenizerDigest(t text.Tokenizer) string {
	h := sha256.New()
	files := t.Files()
	for _, name := range slices.Sorted(maps.Keys(files)) {
		fmt.Fprintln(h, name, len(files[name]))
		h.Write(files[name])
	}
	return hex.EncodeToString(h.Sum(nil))
}

// lock holds a corpus folder for one build at a time.
func lock(path string) (unlock func(), err error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o666)
	if err != nil {
		return nil, err
	}
	if err := unix.Flock(int(f.Fd()), unix.LOCK_EX); err != nil {
		f.Close()
		return nil, fmt.Errorf("lock %s: %w", path, err)
	}
	return func() { f.Close() }, nil
}
