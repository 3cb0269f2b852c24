package bench

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"

	"llmjp.internal/modernbert/pkg/backend"
	"llmjp.internal/modernbert/pkg/corpus"
	"llmjp.internal/modernbert/pkg/durable"
	"llmjp.internal/modernbert/pkg/model"
	"llmjp.internal/modernbert/pkg/model/checkpoint"
	"llmjp.internal/modernbert/pkg/model/modernbert"
	"llmjp.internal/modernbert/pkg/pretrain"
	"llmjp.internal/modernbert/pkg/project"
	"llmjp.internal/modernbert/pkg/text"
)

// seed is the seed of weights, tokens and masks.
const seed = 42

// files writes the models, batches and texts that all sides read.
type files struct {
	opt      Options
	settings pretrain.Settings
	tok      text.Tokenizer
	corpus   *corpus.Corpus
}

func newFiles(ctx context.Context, opt Options) (*files, error) {
	f := &files{opt: opt}
	var err error
	if f.settings, err = pretrain.Preset(opt.Sizes.Preset, 1); err != nil {
		return nil, err
	}
	f.settings.Lengths, f.settings.LR, f.settings.ActivationCheckpoints = nil, 1e-4, false
	tokenizer, err := project.Path("data", "tokenizer")
	if err != nil {
		return nil, err
	}
	if f.tok, err = text.Open(tokenizer); err != nil {
		return nil, err
	}
	f.corpus, err = corpus.Build(ctx, corpus.Options{Patterns: []string{opt.Data}, Tokenizer: f.tok, Dir: f.path("corpus")})
	return f, err
}

func (f *files) path(name string) string { return filepath.Join(f.opt.Dir, name) }

// job writes the files of a case and returns them as a Job, with the model's
// config (nil for a task without a model).
func (f *files) job(c Case) (Job, *modernbert.Config, error) {
	job := Job{Case: c, Settings: f.settings}
	switch c.Task {
	case Train, TrainDefault, Forward:
		return f.modelJob(job)
	case Embed:
		config, err := f.config(c.Layers)
		if err != nil {
			return job, nil, err
		}
		if job.Model, err = f.model(config, model.Body); err != nil {
			return job, nil, err
		}
		job.Texts, err = f.texts(c.Batch, true)
		return job, config, err
	case FillMask:
		config, err := f.config(c.Layers)
		if err != nil {
			return job, nil, err
		}
		if job.Model, err = f.model(config, model.MaskedLM); err != nil {
			return job, nil, err
		}
		line, err := json.Marshal(map[string]string{"text": fmt.Sprintf("日本の首都は%sである。", f.tok.Token(f.tok.Special().Mask))})
		if err != nil {
			return job, nil, err
		}
		job.Texts = f.path("mask.jsonl")
		return job, config, durable.Bytes(job.Texts, append(line, '\n'))
	case Tokenize, Batches:
		var err error
		if job.Model, err = f.tokenizer(); err != nil {
			return job, nil, err
		}
		job.Corpus, job.Settings.MaxLength = f.path("corpus"), c.Length
		job.Texts, err = f.texts(500, false)
		return job, nil, err
	case Matmul:
		b, err := backend.Open()
		if err != nil {
			return job, nil, err
		}
		job.Products = productsFor(backend.Kind(b))
	}
	return job, nil, nil
}

func (f *files) modelJob(job Job) (Job, *modernbert.Config, error) {
	c := job.Case
	config, err := f.config(c.Layers)
	if err != nil {
		return job, nil, err
	}
	if job.Model, err = f.model(config, model.MaskedLM); err != nil {
		return job, nil, err
	}
	job.Settings.MaxLength = c.Length
	job.Settings.MicroTokens = max(f.opt.Sizes.Tokens, c.Length)
	rows, err := f.rows(c)
	if err != nil {
		return job, nil, err
	}
	labels := job.Settings.Mask(rows, f.tok.Special().Mask, config.Vocab)
	job.Batch, err = pretrain.NewFixed(job.Settings, int32(config.PadID), rows, labels).Dump(f.opt.Dir)
	return job, config, err
}

// rows returns the token ids of the case's rows: documents of the corpus, or
// full rows of random tokens.
func (f *files) rows(c Case) ([][]int32, error) {
	if c.Documents {
		return corpus.Batch(f.corpus, seed, 0, c.Batch, c.Length)
	}
	random := rand.New(rand.NewPCG(seed, uint64(c.Length)))
	special := f.tok.Special()
	rows := make([][]int32, c.Batch)
	for i := range rows {
		rows[i] = make([]int32, c.Length)
		for k := range rows[i] {
			rows[i][k] = int32(300 + random.IntN(f.tok.VocabSize()-300)) // neither special nor a byte
		}
		rows[i][0], rows[i][c.Length-1] = special.CLS, special.SEP
	}
	return rows, nil
}

func (f *files) config(layers int) (*modernbert.Config, error) {
	s := f.settings
	s.NumHiddenLayers = layers
	return s.Architecture()
}

// model writes a model with random weights, unless it is already there, and
// returns its directory.
func (f *files) model(config *modernbert.Config, head model.Head) (string, error) {
	dir := f.path(fmt.Sprintf("model-%d-%d", config.Layers, head))
	if _, err := os.Stat(dir); err == nil {
		return dir, nil
	}
	extra := checkpoint.Extra{Files: f.tok.Files()}
	if head == model.Body {
		if err := checkpoint.AddSentenceTransformers(extra.Files, config, &checkpoint.Sentence{Pooling: "mean", Similarity: "cosine"}); err != nil {
			return "", err
		}
	}
	return dir, checkpoint.Save(dir, config, head, model.Draw(config.Params(head), seed), extra)
}

// tokenizer writes a directory that holds the tokenizer's files alone and
// returns it.
func (f *files) tokenizer() (string, error) {
	dir := f.path("tokenizer")
	for name, content := range f.tok.Files() {
		if err := os.MkdirAll(dir, 0o777); err != nil {
			return "", err
		}
		if err := durable.Bytes(filepath.Join(dir, name), content); err != nil {
			return "", err
		}
	}
	return dir, nil
}

// texts writes the first n documents, or paragraphs, of at least ten characters as
// JSON lines and returns the file's path.
func (f *files) texts(n int, paragraphs bool) (string, error) {
	var lines strings.Builder
	for t, err := range corpus.Texts(f.opt.Data) {
		if err != nil {
			return "", err
		}
		pieces := []string{t.Text}
		if paragraphs {
			pieces = strings.Split(t.Text, "\n")
		}
		for _, piece := range pieces {
			if len([]rune(piece)) < 10 || n == 0 {
				continue
			}
			line, err := json.Marshal(map[string]string{"text": piece})
			if err != nil {
				return "", err
			}
			lines.Write(append(line, '\n'))
			n--
		}
		if n == 0 {
			break
		}
	}
	path := f.path("texts.jsonl")
	return path, durable.Bytes(path, []byte(lines.String()))
}
