package corpus

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/sync/errgroup"

	"llmjp.internal/modernbert/pkg/durable"
)

// chunk is a run of lines that one worker tokenizes.
type chunk struct {
	texts []Text
	bad   []*BadLine
	last  int // line number of the last line, good or bad

	ids  [][]int32
	err  error
	done chan struct{}
}

const chunkTexts = 64

// finishedShards returns the shards of the i-th input that an earlier build
// finished, up to the first that is missing or, if verify is set, damaged.
func (b *builder) finishedShards(i int, verify bool) (shards []shardEntry) {
	for after := 0; ; {
		entry, ok := b.finished(b.want.Inputs[i], i, len(shards), after, verify)
		if !ok {
			return shards
		}
		shards, after = append(shards, entry), entry.Last
		if entry.Final {
			return shards
		}
	}
}

// input tokenizes the i-th input into shards, after those that are finished.
func (b *builder) input(ctx context.Context, i int, done []shardEntry) error {
	input := b.want.Inputs[i]
	number, after := len(done), 0 // of finished shards, of their lines
	b.want.Shards = append(b.want.Shards, done...)
	if number > 0 {
		after = done[number-1].Last
		if done[number-1].Final {
			b.read.Add(input.Size)
			return nil
		}
	}

	queue := make(chan *chunk, 2*b.Workers) // for the workers
	order := make(chan *chunk, 4*b.Workers) // in the file's order
	group, ctx := errgroup.WithContext(ctx)
	for range b.Workers {
		group.Go(func() error {
			for c := range queue {
				b.tokenize(c)
				close(c.done)
			}
			return nil
		})
	}
	group.Go(func() error {
		defer close(order)
		defer close(queue)
		return b.readChunks(ctx, input.File, after, func(c *chunk) error {
			c.done = make(chan struct{})
			select {
			case <-ctx.Done():
				return ctx.Err()
			case order <- c:
			}
			queue <- c
			return nil
		})
	})
	group.Go(func() error { return b.collect(ctx, order, i, number, after) })
	return group.Wait()
}

// readChunks reads the file's lines beyond the first after.
func (b *builder) readChunks(ctx context.Context, file string, after int, send func(*chunk) error) error {
	c := &chunk{}
	size := 0
	for t, err := range fileTexts(file, func(n int) { b.read.Add(int64(n)) }) {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		var bad *BadLine
		if err != nil && !errors.As(err, &bad) {
			return err
		}
		if t.Line <= after || err == nil && kind(file) == "text" && blank([]byte(t.Text)) {
			continue
		}
		switch {
		case bad != nil && !bad.Null && !b.SkipBadLines:
			return fmt.Errorf("%w (--skip-bad-lines leaves such lines out)", bad)
		case bad != nil:
			c.bad = append(c.bad, bad)
		case t.Tokenized() && t.Text == "":
			return fmt.Errorf("%s: a corpus is made of texts, this line holds ids", t.Where())
		default:
			c.texts = append(c.texts, t)
		}
		c.last = t.Line
		size += len(t.Text)
		if len(c.texts) == chunkTexts || size > 1<<20 || len(c.bad) > 1000 {
			if err := send(c); err != nil {
				return err
			}
			c, size = &chunk{}, 0
		}
	}
	if c.last == 0 {
		c.last = after
	}
	return send(c)
}

func (b *builder) tokenize(c *chunk) {
	c.ids = make([][]int32, len(c.texts))
	for i, t := range c.texts {
		encoding, err := b.Tokenizer.Encode(t.Text, false, 0)
		if err != nil {
			c.err = fmt.Errorf("%s: %w", t.Where(), err)
			return
		}
		c.ids[i] = encoding.IDs
	}
	c.texts = nil
}

// collect puts the chunks into shards in the file's order.
func (b *builder) collect(ctx context.Context, order <-chan *chunk, i, number, after int) error {
	var docs documents
	entry := shardEntry{First: after + 1, Last: after}
	flush := func(final bool) error {
		if docs.len() == 0 && !final {
			return nil
		}
		entry.Input, entry.Tokenizer, entry.Final = b.want.Inputs[i], b.want.Tokenizer, final
		if err := b.save(&docs, &entry, i, number); err != nil {
			return err
		}
		b.want.Shards = append(b.want.Shards, entry)
		number++
		entry = shardEntry{First: entry.Last + 1, Last: entry.Last}
		docs.reset()
		return nil
	}
	for c := range order {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-c.done:
		}
		if c.err != nil {
			return c.err
		}
		for _, ids := range c.ids {
			docs.add(ids)
		}
		for _, bad := range c.bad {
			if bad.Null {
				entry.Null++
				continue
			}
			if entry.Bad++; len(entry.Named) < namedBadLines {
				entry.Named = append(entry.Named, bad.Error())
			}
		}
		entry.Last = max(entry.Last, c.last)
		b.progress(&docs)
		if len(docs.tokens) >= b.shardTokens {
			if err := flush(false); err != nil {
				return err
			}
		}
	}
	if ctx.Err() != nil {
		return ctx.Err() // the reader stopped early: what is in hand is not the end
	}
	return flush(true)
}

func (b *builder) shardName(i, number int) string {
	return fmt.Sprintf("shard-%05d-%05d", i, number)
}

// save writes a shard, then the entry that makes it count.
func (b *builder) save(docs *documents, entry *shardEntry, i, number int) error {
	entry.File = b.shardName(i, number)
	entry.Documents, entry.Tokens = docs.len(), int64(len(docs.tokens))
	h := sha256.New()
	for _, end := range docs.offsets {
		fmt.Fprint(h, end, " ")
	}
	h.Write(asBytes(docs.tokens))
	entry.SHA256 = hex.EncodeToString(h.Sum(nil))
	path := filepath.Join(b.Dir, entry.File)
	if err := docs.write(path); err != nil {
		return err
	}
	return durable.Seal(path+".json", entry)
}

// finished returns the entry of a shard that an earlier build finished, if it
// still belongs to this input and tokenizer and is whole, which it reads the
// shard for only if verify is set.
func (b *builder) finished(input inputEntry, i, number, after int, verify bool) (entry shardEntry, ok bool) {
	path := filepath.Join(b.Dir, b.shardName(i, number))
	data, err := os.ReadFile(path + ".json")
	if err != nil || durable.Unseal(data, &entry) != nil {
		return entry, false
	}
	if !entry.Input.same(input) || entry.Tokenizer != b.want.Tokenizer || entry.First != after+1 ||
		entry.Bad > 0 && !b.SkipBadLines {
		return entry, false
	}
	s, err := openShard(path)
	if err != nil {
		return entry, false
	}
	defer s.close()
	return entry, s.len() == entry.Documents && (!verify || s.verify() == nil)
}

func (b *builder) progress(docs *documents) {
	if b.Progress == nil || time.Since(b.shown) < 100*time.Millisecond {
		return
	}
	b.shown = time.Now()
	p := Progress{Bytes: b.read.Load(), TotalBytes: b.total, Elapsed: time.Since(b.started), Documents: docs.len(), Tokens: int64(len(docs.tokens))}
	for _, s := range b.want.Shards {
		p.Documents += s.Documents
		p.Tokens += s.Tokens
	}
	b.Progress(p)
}
