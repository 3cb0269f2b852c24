package corpus

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sort"

	"llmjp.internal/modernbert/pkg/durable"
	"llmjp.internal/modernbert/pkg/input"
)

// A Corpus is a token corpus on disk. Its shards are mapped, and its index has one
// entry for each shard, so memory does not grow with the number of documents.
type Corpus struct {
	dir    string
	index  index
	shards []*shard
	first  []int // number of the first document of each shard, and the total
	held   *hold // nil: not locked
}

// index is the file index.json of a finished corpus.
type index struct {
	Version   int          `json:"version"`
	Tokenizer string       `json:"tokenizer"` // digest
	CLS       int32        `json:"cls"`
	SEP       int32        `json:"sep"`
	Inputs    []inputEntry `json:"inputs"`
	Shards    []shardEntry `json:"shards"`
	Documents int          `json:"documents"`
	Tokens    int64        `json:"tokens"` // without special ones
	Bad       int          `json:"bad_lines"`
	Null      int          `json:"null_texts"`
	Digest    string       `json:"digest"`
}

const indexVersion = 1

// Files of a corpus folder.
const (
	indexFile = "index.json"
	lockFile  = "lock"
)

// indexLimit is the size of the largest index that is read, in bytes: that of
// some million shards of 64 MiB.
const indexLimit = 1 << 30

// Open opens a corpus that Build has made and holds a shared lock on it until
// it is closed; one that another process is building is an error.
func Open(dir string) (*Corpus, error) {
	if !exists(dir, indexFile) && !exists(dir, lockFile) { // try would make a lock in a folder of another kind
		return nil, noCorpus(dir)
	}
	held, err := try(dir, durable.Shared)
	if errors.As(err, new(*durable.Held)) {
		return nil, fmt.Errorf("%s: another process is building this corpus; wait for it", dir)
	} // a folder or file system without locks is read all the same
	c, err := open(dir)
	if err != nil {
		held.release()
		return nil, err
	}
	c.held = held
	return c, nil
}

func noCorpus(dir string) error {
	return fmt.Errorf("%s: no corpus, or an unfinished one: %s is missing; the subcommand corpus makes it", dir, indexFile)
}

func exists(dir, name string) bool {
	_, err := os.Stat(filepath.Join(dir, name))
	return err == nil
}

// open opens a corpus like Open, without a lock.
func open(dir string) (*Corpus, error) {
	data, err := input.InsideFile(dir, indexFile, indexLimit)
	if errors.Is(err, os.ErrNotExist) {
		return nil, noCorpus(dir)
	}
	if err != nil {
		return nil, err
	}
	c, tokens := &Corpus{dir: dir, first: []int{0}}, int64(0)
	if err := durable.Unseal(data, &c.index); err != nil {
		return nil, fmt.Errorf("%s: %w", filepath.Join(dir, indexFile), err)
	}
	if c.index.Version != indexVersion {
		return nil, fmt.Errorf("%s: a corpus of version %d, this program reads %d; delete the folder and run again", dir, c.index.Version, indexVersion)
	}
	for _, entry := range c.index.Shards {
		path, err := input.Inside(dir, entry.File)
		if errors.Is(err, os.ErrNotExist) {
			path, err = filepath.Join(dir, entry.File), nil // whose absence openShard reports
		}
		var s *shard
		if err == nil {
			s, err = openShard(path)
		}
		if err == nil && (s.len() != entry.Documents || int64(len(s.tokens)) != entry.Tokens) {
			s.close()
			err = &DamagedShard{path, fmt.Sprintf("it has %d documents of %d tokens, the index says %d of %d", s.len(), len(s.tokens), entry.Documents, entry.Tokens)}
		}
		if err != nil {
			c.Close()
			return nil, err
		}
		c.shards = append(c.shards, s)
		c.first = append(c.first, c.first[len(c.first)-1]+s.len())
		tokens += entry.Tokens
	}
	if x := &c.index; x.Documents != c.first[len(c.first)-1] || x.Tokens != tokens || x.Digest != x.digest() {
		c.Close()
		return nil, fmt.Errorf("%s: its counts or its digest are not those of its shards: delete the file and run again", filepath.Join(dir, indexFile))
	}
	return c, nil
}

// Close unmaps the shards and releases the folder's lock. Rows drawn before
// stay valid.
func (c *Corpus) Close() error {
	all := []error{c.held.release()}
	c.held = nil
	for _, s := range c.shards {
		all = append(all, s.close())
	}
	c.shards = nil
	return errors.Join(all...)
}

// Len returns the number of documents.
func (c *Corpus) Len() int { return c.index.Documents }

// Tokens returns the number of tokens of all documents, without special
// tokens.
func (c *Corpus) Tokens() int64 { return c.index.Tokens }

// BadLines returns the number of lines that Build skipped.
func (c *Corpus) BadLines() int { return c.index.Bad }

// NullTexts returns the number of lines whose text is null. Build leaves them
// out, as the authors' loader does.
func (c *Corpus) NullTexts() int { return c.index.Null }

// Digest returns a digest of the content: the tokenizer and every token in
// order.
func (c *Corpus) Digest() string { return c.index.Digest }

// Tokenizer returns the digest, as [TokenizerDigest] computes it, of the
// tokenizer that built the corpus.
func (c *Corpus) Tokenizer() string { return c.index.Tokenizer }

// Doc returns a copy of document i's tokens without special ones. Its checksum
// is verified.
func (c *Corpus) Doc(i int) ([]uint32, error) {
	if i < 0 || i >= c.Len() {
		return nil, fmt.Errorf("%s: document %d of %d", c.dir, i, c.Len())
	}
	at := sort.SearchInts(c.first, i+1) - 1
	return c.shards[at].document(i - c.first[at])
}

// Row returns document i as a model sees it: [CLS], the tokens, [SEP], cut to
// maxLength with the last special token kept, as transformers truncates.
func (c *Corpus) Row(i, maxLength int) ([]int32, error) {
	tokens, err := c.Doc(i)
	if err != nil {
		return nil, err
	}
	return c.row(tokens, maxLength), nil
}

// row returns [CLS], the tokens that fit, [SEP].
func (c *Corpus) row(tokens []uint32, maxLength int) []int32 {
	tokens = tokens[:min(len(tokens), max(0, maxLength-2))]
	row := make([]int32, 0, len(tokens)+2)
	row = append(row, c.index.CLS)
	for _, token := range tokens {
		row = append(row, int32(token))
	}
	return append(row, c.index.SEP)
}

// Batch returns batch k (from 0) as size rows of token ids, each of at most
// maxLength tokens with [CLS] and [SEP]. The rows are k·size … (k+1)·size-1 of
// the endless stream of epochs; each epoch is a permutation of all rows, drawn
// by seed. The result depends on (from, seed, k, size, maxLength) alone. Batch
// returns an error if there are no rows or a row cannot be read.
func Batch(from Rows, seed uint64, k, size, maxLength int) ([][]int32, error) {
	n := uint64(from.Len())
	if n == 0 {
		return nil, errors.New("the corpus has no documents")
	}
	rows := make([][]int32, size)
	for j := range rows {
		at := uint64(k)*uint64(size) + uint64(j)
		epoch, i := at/n, at%n
		row, err := from.Row(NewOrder(int(n), seed, epoch).At(int(i)), maxLength)
		if err != nil {
			return nil, err
		}
		rows[j] = row
	}
	return rows, nil
}

// digest of the tokenizer and the shards.
func (x *index) digest() string {
	h := sha256.New()
	fmt.Fprintln(h, x.Version, x.Tokenizer, x.CLS, x.SEP)
	for _, s := range x.Shards {
		fmt.Fprintln(h, s.Documents, s.SHA256)
	}
	return hex.EncodeToString(h.Sum(nil))
}
