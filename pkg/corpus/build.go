package corpus

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

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
	// Elsewhere, if not nil, lets other processes tokenize the inputs by
	// [BuildInputs]. Build then joins their shards. Build holds the folder's lock
	// during the call.
	Elsewhere func(ctx context.Context, inputs Inputs) error
	// shardTokens is the size of a shard; tests make small ones.
	shardTokens int
}

// Inputs are the files that a corpus is built from.
type Inputs struct {
	Files []string
	Sizes []int64 // in bytes
	// Missing returns the numbers of the files that are not tokenized yet.
	Missing func() ([]int, error)
}

// Progress counts the work that a build has done.
type Progress struct {
	Bytes, TotalBytes int64 // of the input files
	Documents         int
	Tokens            int64
	Elapsed           time.Duration
}

// An inputEntry describes an input file at the time when it was read.
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

// Build opens the corpus of the files in opt.Dir, or builds it. It resumes an
// interrupted build after the last finished shard. It reports a changed input
// or tokenizer and damaged shards, and tokenizes them again.
func Build(ctx context.Context, opt Options) (*Corpus, error) {
	b, err := newBuilder(opt)
	if err != nil {
		return nil, err
	}
	_, err = os.Stat(opt.Dir)
	made := errors.Is(err, fs.ErrNotExist)
	if err := os.MkdirAll(opt.Dir, 0o777); err != nil {
		return nil, err
	}
	silent := b.Options
	silent.Report = func(string) {}
	held, c, err := exclusive(ctx, opt.Dir, func() *Corpus { return opened(silent, &b.want, false) })
	if err != nil || c != nil {
		return c, err
	}
	if c, err = b.build(ctx); err != nil {
		if made {
			durable.Discard(opt.Dir, lockFile)
		}
		held.release()
		return nil, err
	}
	c.held = held
	return c, held.share()
}

// build opens the corpus that is there, or builds it. The caller holds the
// folder's lock.
func (b *builder) build(ctx context.Context) (*Corpus, error) {
	if c := opened(b.Options, &b.want, true); c != nil {
		return c, nil
	}
	if b.Elsewhere != nil {
		if err := b.Elsewhere(ctx, b.inputs()); err != nil {
			return nil, err
		}
	}
	done := b.allFinished()
	for i := range b.want.Inputs {
		if err := b.input(ctx, i, done[i]); err != nil {
			return nil, err
		}
	}
	return b.finish()
}

// BuildInputs tokenizes the inputs with these numbers into opt.Dir. Other processes
// call it with the options of a Build that runs them (Options.Elsewhere).
func BuildInputs(ctx context.Context, opt Options, numbers ...int) error {
	b, err := newBuilder(opt)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(opt.Dir, 0o777); err != nil {
		return err
	}
	for _, i := range numbers {
		if i < 0 || i >= len(b.want.Inputs) {
			return fmt.Errorf("input %d of %d files in %s: files have come or gone since the build began", i, len(b.want.Inputs), strings.Join(opt.Patterns, ", "))
		}
		if err := b.input(ctx, i, b.finishedShards(i, true)); err != nil {
			return err
		}
	}
	return nil
}

// newBuilder lists the inputs and checks the tokenizer.
func newBuilder(opt Options) (*builder, error) {
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
	special := opt.Tokenizer.Special()
	want := index{Version: indexVersion, Tokenizer: TokenizerDigest(opt.Tokenizer), CLS: special.CLS, SEP: special.SEP}
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
	b := &builder{Options: opt, want: want, started: time.Now()}
	for _, input := range want.Inputs {
		b.total += input.Size
	}
	if b.total == 0 { // told before a folder is made
		return nil, fmt.Errorf("%s: no documents: the file is empty", strings.Join(opt.Patterns, ", "))
	}
	return b, nil
}

// inputs returns the files for Elsewhere. Its Missing looks at the shards'
// entries alone; Build verifies the shards afterwards.
func (b *builder) inputs() Inputs {
	in := Inputs{}
	for _, input := range b.want.Inputs {
		in.Files, in.Sizes = append(in.Files, input.File), append(in.Sizes, input.Size)
	}
	done := make([]bool, len(b.want.Inputs)) // what is finished stays so
	in.Missing = func() (missing []int, err error) {
		for i := range done {
			if !done[i] {
				shards := b.finishedShards(i, false)
				done[i] = len(shards) > 0 && shards[len(shards)-1].Final
			}
			if !done[i] {
				missing = append(missing, i)
			}
		}
		return missing, nil
	}
	return in
}

// allFinished verifies the existing shards of all inputs, in parallel.
func (b *builder) allFinished() [][]shardEntry {
	done := make([][]shardEntry, len(b.want.Inputs))
	var group errgroup.Group
	group.SetLimit(b.Workers)
	for i := range done {
		group.Go(func() error { done[i] = b.finishedShards(i, true); return nil })
	}
	_ = group.Wait() // none fails
	return done
}

// opened returns the finished corpus if it is the wanted one and undamaged; else
// it reports why it is built again, and removes a damaged shard if mend is true.
func opened(opt Options, want *index, mend bool) *Corpus {
	c, err := open(opt.Dir)
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
	if s := damaged(c, opt.Workers); reason == "" && s != nil {
		opt.Report(fmt.Sprintf("%s is damaged; what it held is tokenized anew", s.path))
		c.Close()
		if mend {
			os.Remove(s.path)
		}
		return nil
	}
	if reason != "" {
		opt.Report(fmt.Sprintf("%s: %s, tokenizing again", opt.Dir, reason))
		c.Close()
		return nil
	}
	return c
}

// damaged verifies the shards in parallel and returns a damaged one. It
// returns nil if there is none or if the corpus is too large to be read for
// it.
func damaged(c *Corpus, workers int) *shard {
	bytes := int64(0)
	for _, s := range c.shards {
		bytes += int64(len(s.mapped))
	}
	if bytes >= verifyBelow {
		return nil
	}
	var found atomic.Pointer[shard]
	var group errgroup.Group
	group.SetLimit(workers)
	for _, s := range c.shards {
		group.Go(func() error {
			if s.verify() != nil {
				found.Store(s)
			}
			return nil
		})
	}
	_ = group.Wait() // none fails
	return found.Load()
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

// finish writes the index, removes files that are no shard's, and opens the
// corpus.
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
	if err := durable.Seal(filepath.Join(b.Dir, "index.json"), x); err != nil {
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
	return open(b.Dir)
}

// TokenizerDigest identifies a tokenizer by its files.
func TokenizerDigest(t text.Tokenizer) string {
	h := sha256.New()
	files := t.Files()
	for _, name := range slices.Sorted(maps.Keys(files)) {
		fmt.Fprintln(h, name, len(files[name]))
		h.Write(files[name])
	}
	return hex.EncodeToString(h.Sum(nil))
}
