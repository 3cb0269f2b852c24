package pretrain

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"llmjp.internal/modernbert/pkg/backend"
	"llmjp.internal/modernbert/pkg/corpus"
	"llmjp.internal/modernbert/pkg/durable"
	"llmjp.internal/modernbert/pkg/model"
	"llmjp.internal/modernbert/pkg/model/checkpoint"
	"llmjp.internal/modernbert/pkg/result"
	"llmjp.internal/modernbert/pkg/text"
	"llmjp.internal/modernbert/pkg/train"
)

// prepare makes everything that does not depend on where the run stands: it
// locks the folder, reads the model and tokenizes the texts.
func (r *run) prepare(ctx context.Context) (unlock func(), err error) {
	if err := r.settings.Validate(); err != nil {
		return nil, err
	}
	if err := os.MkdirAll(r.opt.Output, 0o777); err != nil {
		return nil, err
	}
	release, err := lock(filepath.Join(r.opt.Output, ".lock"))
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			release()
		}
	}()
	old, err := readRunFile(r.opt.Output)
	if err != nil {
		return nil, err
	}
	if old != nil {
		if conflict := r.settings.conflict(old.Settings); conflict != "" {
			return nil, fmt.Errorf("%s holds a run with other settings (%s): choose another --output", r.opt.Output, conflict)
		}
	}
	removeUnfinished(r.opt.Output)
	if err := r.model(); err != nil {
		return nil, err
	}
	if r.corpus, err = r.tokenized(ctx, "training", r.opt.Data); err != nil {
		return nil, err
	}
	if err := r.graphs(); err != nil {
		return nil, err
	}
	if err := r.validating(ctx); err != nil {
		return nil, err
	}
	if old != nil && old.CorpusDigest != r.corpus.Digest() {
		return nil, fmt.Errorf("%s holds a run on another text or with another tokenizer: choose another --output", r.opt.Output)
	}
	return release, r.writeRunFile()
}

// lock holds a run's folder for one process.
func lock(path string) (unlock func(), err error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o666)
	if err != nil {
		return nil, err
	}
	if err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB); err != nil {
		f.Close()
		return nil, fmt.Errorf("%s: another process is training here", filepath.Dir(path))
	}
	return func() { f.Close() }, nil
}

// removeUnfinished removes what a process that died left half written.
func removeUnfinished(output string) {
	for _, folder := range []string{".", stayingDir, rollingDir} {
		left, _ := filepath.Glob(filepath.Join(output, folder, ".*.tmp")) // the pattern is well formed
		for _, path := range left {
			os.RemoveAll(path) // what stays is tried again next time
		}
	}
}

// model reads or makes the architecture, the tokenizer and the weights of step 0.
func (r *run) model() error {
	dir := r.opt.Init
	if dir == "" {
		config, err := r.settings.Architecture()
		if err != nil {
			return err
		}
		r.arch, dir = config, r.opt.Tokenizer
		r.params = config.Params(model.MaskedLM)
		r.start = model.Draw(r.params, r.settings.Seed)
	} else {
		c, err := checkpoint.Open(dir)
		if err != nil {
			return fmt.Errorf("--init: %w", err)
		}
		if r.start, err = c.Load(model.MaskedLM); err != nil {
			return fmt.Errorf("--init: %w", err)
		}
		r.arch, r.params = c.Arch, c.Arch.Params(model.MaskedLM)
	}
	var err error
	if r.tok, err = text.Open(dir); err != nil {
		return err
	}
	d, special := r.arch.Dimensions(), r.tok.Special()
	switch {
	case r.tok.VocabSize() > d.Vocab:
		return fmt.Errorf("%s: the tokenizer has ids up to %d, the model's vocab_size is %d: they do not belong together", dir, r.tok.VocabSize()-1, d.Vocab)
	case special.Mask < 0:
		return fmt.Errorf("%s: the tokenizer has no mask token", dir)
	case r.settings.MaxLength > d.MaxLength:
		return fmt.Errorf("max_length=%d: the model takes %d tokens (max_position_embeddings)", r.settings.MaxLength, d.MaxLength)
	}
	return nil
}

// reportEvery is how often the progress of tokenization is reported.
const reportEvery = 5 * time.Second

// tokenized builds or opens the token shards of a text in the cache.
func (r *run) tokenized(ctx context.Context, what string, patterns []string) (*corpus.Corpus, error) {
	key := sha256.New()
	for _, pattern := range patterns {
		absolute, err := filepath.Abs(pattern)
		if err != nil {
			return nil, err
		}
		fmt.Fprintln(key, absolute)
	}
	for _, name := range []string{"tokenizer.json", "vocab.txt", "tokenizer_config.json"} {
		fmt.Fprintf(key, "%s %x\n", name, sha256.Sum256(r.tok.Files()[name]))
	}
	spoke := time.Now()
	c, err := corpus.Build(ctx, corpus.Options{
		Patterns: patterns, Tokenizer: r.tok, SkipBadLines: r.opt.SkipBadLines,
		Dir:    filepath.Join(r.opt.Cache, hex.EncodeToString(key.Sum(nil))[:16]),
		Report: func(line string) { r.report("%s", line) },
		Progress: func(p corpus.Progress) {
			if time.Since(spoke) < reportEvery {
				return
			}
			spoke = time.Now()
			r.report("tokenizing the %s text: %.0f%%, %d documents, %.2g tokens/s", what,
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
	r.report("%s text: %d documents, %d tokens", what, c.Len(), c.Tokens())
	return c, nil
}

// graphs makes the source of batches and the training step.
func (r *run) graphs() error {
	b, err := backend.Open()
	if err != nil {
		return err
	}
	s, devices := r.settings, max(1, r.opt.Devices)
	d := r.arch.Dimensions()
	r.source = &source{
		corpus: r.corpus, settings: s,
		masker:  masker{rate: s.MaskRate, token: r.tok.Special().Mask, vocab: r.tok.VocabSize(), seed: s.Seed},
		planner: s.planner(devices),
		layout:  layout{pad: int32(max(0, d.PadID)), rate: s.MaskRate, multiple: devices},
	}
	split := make([]int, inputCount)
	for i := range split {
		split[i] = i
	}
	r.step, err = train.NewStep(b, r.params, loss(r.arch, r.modelOptions()), s.Optimizer(), devices, split...)
	return err
}

// planner cuts batches into micro-batches whose rows the devices share.
func (s Settings) planner(devices int) train.Planner {
	lengths := []int(s.Lengths)
	if len(lengths) == 0 {
		lengths = train.Ladder(s.MaxLength)
	}
	shorter := make([]int, 0, len(lengths)+1)
	for _, n := range lengths {
		if n < s.MaxLength {
			shorter = append(shorter, n)
		}
	}
	return train.Planner{Lengths: append(shorter, s.MaxLength), Tokens: s.MicroTokens, Multiple: devices, Overhead: 256}
}

func (r *run) modelOptions() model.Options {
	return model.Options{Compute: r.settings.Compute, Checkpoint: r.settings.ActivationCheckpoints}
}

// validating prepares validation, and the floor that a model
// must get under.
func (r *run) validating(ctx context.Context) error {
	if len(r.opt.Valid) == 0 {
		return nil
	}
	c, err := r.tokenized(ctx, "validation", r.opt.Valid)
	if err != nil {
		return err
	}
	defer c.Close()
	b, err := backend.Open()
	if err != nil {
		return err
	}
	if r.validation, err = newValidation(b, r.arch, r.params, r.modelOptions(), c, r.settings.EvalDocuments, r.source); err != nil {
		return err
	}
	r.summary.Unigram, err = unigram(r.corpus, r.arch.Dimensions().Vocab, r.validation.batch.labels)
	return err
}

// runFile is run.json: what the run is.
type runFile struct {
	result.Run
	Settings     Settings `json:"settings"`
	CorpusDigest string   `json:"corpus"`
	Init         string   `json:"init,omitempty"`
}

const runName = "run.json"

func readRunFile(output string) (*runFile, error) {
	path := filepath.Join(output, runName)
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var f runFile
	if err := json.Unmarshal(data, &f); err != nil {
		return nil, fmt.Errorf("%s: %w; choose another --output", path, err)
	}
	return &f, nil
}

func (r *run) writeRunFile() error {
	b, err := backend.Open()
	if err != nil {
		return err
	}
	config, err := r.arch.ConfigJSON(model.MaskedLM)
	if err != nil {
		return err
	}
	digest := sha256.Sum256(config)
	f := runFile{
		Run: result.Run{
			Provenance: result.Provenance{
				Preset: r.settings.Preset, Config: hex.EncodeToString(digest[:]), Data: r.opt.Inputs, Seed: r.settings.Seed,
				Commit: result.Commit(), Backend: backend.Kind(b), Notes: r.opt.Notes,
			},
			Stage: r.settings.Stage, TotalSteps: r.settings.TotalSteps, MaxLength: r.settings.MaxLength, Unigram: r.summary.Unigram,
		},
		Settings: r.settings, CorpusDigest: r.corpus.Digest(), Init: r.opt.Init,
	}
	data, err := json.MarshalIndent(f, "", "  ")
	if err != nil {
		return err
	}
	return durable.Bytes(filepath.Join(r.opt.Output, runName), append(data, '\n'))
}
