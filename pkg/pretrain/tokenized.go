package pretrain

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"llmjp.internal/modernbert/pkg/corpus"
)

// reportEvery is the time between two reports about tokenization. Tests change it.
var reportEvery = 5 * time.Second

// opened opens a corpus that the subcommand corpus made.
func (s *session) opened(dir string) (*corpus.Corpus, error) {
	c, err := corpus.Open(dir)
	if err != nil {
		return nil, fmt.Errorf("--corpus: %w", err)
	}
	if c.Tokenizer() != corpus.TokenizerDigest(s.tok) {
		c.Close()
		return nil, fmt.Errorf("--corpus: %s was made with another tokenizer than the model's: make it with corpus --tokenizer M", dir)
	}
	s.report("training text: %d documents, %d tokens in %s", c.Len(), c.Tokens(), dir)
	return c, nil
}

// tokenized opens the token shards of a text in the cache, or builds them.
func (s *session) tokenized(ctx context.Context, what string, patterns []string) (*corpus.Corpus, error) {
	key := sha256.New()
	for _, pattern := range patterns {
		absolute, err := filepath.Abs(pattern)
		if err != nil {
			return nil, err
		}
		fmt.Fprintln(key, absolute)
	}
	files := s.tok.Files()
	for _, name := range slices.Sorted(maps.Keys(files)) {
		fmt.Fprintf(key, "%s %x\n", name, sha256.Sum256(files[name]))
	}
	spoke := time.Now()
	c, err := corpus.Build(ctx, corpus.Options{
		Patterns: patterns, Tokenizer: s.tok, SkipBadLines: s.opt.SkipBadLines,
		Dir:    filepath.Join(s.opt.Cache, hex.EncodeToString(key.Sum(nil))[:16]),
		Report: func(line string) { s.report("%s", line) },
		Progress: func(p corpus.Progress) {
			if time.Since(spoke) < reportEvery {
				return
			}
			spoke = time.Now()
			s.report("tokenizing the %s text: %.0f%%, %d documents, %.2g tokens/s", what,
				100*float64(p.Bytes)/float64(max(1, p.TotalBytes)), p.Documents, float64(p.Tokens)/p.Elapsed.Seconds())
		},
	})
	if err != nil {
		return nil, fmt.Errorf("%s text: %w", what, err)
	}
	if c.Len() == 0 {
		c.Close()
		return nil, fmt.Errorf("%s text: no document in %s", what, strings.Join(patterns, " "))
	}
	left := ""
	if bad, null := c.BadLines(), c.NullTexts(); bad+null > 0 {
		left = fmt.Sprintf("; left out: %d bad lines, %d null texts", bad, null)
	}
	s.report("%s text: %d documents, %d tokens%s", what, c.Len(), c.Tokens(), left)
	return c, nil
}
