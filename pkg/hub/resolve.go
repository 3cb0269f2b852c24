package hub

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"llmjp.internal/modernbert/pkg/input"
)

// What of a model is fetched.
const (
	configFile  = "config.json"
	weightsFile = "model.safetensors"
	indexFile   = "model.safetensors.index.json"
	tokenizer   = "tokenizer.json"
	vocabulary  = "vocab.txt"
	pickledFile = "pytorch_model.bin"
	modulesFile = "modules.json"
)

// smallFiles, the tokenizer's and those of sentence-transformers, may be
// absent. vocab.txt is left out where there is a tokenizer.json.
var smallFiles = []string{
	tokenizer, "tokenizer_config.json", "special_tokens_map.json", "added_tokens.json", vocabulary,
	"config_sentence_transformers.json", "sentence_bert_config.json", modulesFile,
}

// Resolve gives a directory with a model's config, tokenizer and weights: ref
// itself where it is a directory, else the snapshot of owner/name[@revision]
// in the cache, after fetching what of it is not there yet. Once everything is
// there, no request is sent. A branch is looked up once; name a commit, or
// remove its file under refs, to move on.
func (c *Client) Resolve(ctx context.Context, ref string) (dir string, err error) {
	return c.resolve(ctx, ref, true)
}

// ResolveTokenizer does the same as Resolve without the weights.
func (c *Client) ResolveTokenizer(ctx context.Context, ref string) (dir string, err error) {
	return c.resolve(ctx, ref, false)
}

func (c *Client) resolve(ctx context.Context, ref string, weights bool) (string, error) {
	if dir, err := local(ref); dir != "" || err != nil {
		return dir, err
	}
	r, err := ParseRef(ref)
	if err != nil {
		return "", err
	}
	f := &fetcher{Client: c, ref: r, cache: c.cache("models", r.Model)}
	f.commit = f.cache.commit(r.Revision)
	if err := f.fetch(ctx, weights); err != nil {
		// A complete cache does not need the hub.
		var off *unreachable
		if errors.As(err, &off) {
			name := f.lacking(weights)
			if name == "" {
				return f.cache.snapshot(f.commit), nil
			}
			if f.Offline {
				err = f.offline(name)
			}
		}
		return "", fmt.Errorf("model %s: %w", r, err)
	}
	return f.cache.snapshot(f.commit), nil
}

// fetcher fetches one model or data set at one revision.
type fetcher struct {
	*Client
	folder string // of the hub: "" for models, "datasets/"
	ref    Ref
	cache  cache
	commit string // "" until it is known
}

func (f *fetcher) fetch(ctx context.Context, weights bool) error {
	has, err := f.want(ctx, configFile)
	if err != nil {
		return err
	}
	if !has {
		return fmt.Errorf("it has no %s: not a transformers model", configFile)
	}
	for _, name := range smallFiles {
		if name == vocabulary && f.cache.has(f.commit, tokenizer) {
			continue
		}
		if _, err := f.want(ctx, name); err != nil {
			return err
		}
	}
	if weights && f.cache.has(f.commit, modulesFile) {
		if err := f.fetchModules(ctx); err != nil {
			return err
		}
	}
	if weights {
		if err := f.fetchWeights(ctx); err != nil {
			return err
		}
	}
	return f.cache.setCommit(f.ref.Revision, f.commit)
}

// fetchWeights wants model.safetensors, or the index and its shards.
func (f *fetcher) fetchWeights(ctx context.Context) error {
	if f.cache.has(f.commit, indexFile) && !f.cache.has(f.commit, weightsFile) { // seen before
		return f.fetchShards(ctx)
	}
	if has, err := f.want(ctx, weightsFile); has || err != nil {
		return err
	}
	has, err := f.want(ctx, indexFile)
	if err != nil {
		return err
	}
	if !has {
		return f.noWeights(ctx)
	}
	return f.fetchShards(ctx)
}

func (f *fetcher) fetchShards(ctx context.Context) error {
	names, err := f.shards()
	if err != nil {
		return err
	}
	for _, name := range names {
		has, err := f.want(ctx, name)
		if err != nil {
			return err
		}
		if !has {
			return fmt.Errorf("its %s names %s, which it does not have", indexFile, name)
		}
	}
	return nil
}

// shards returns the files that the index names. A name that leaves the folder
// is an error.
func (f *fetcher) shards() ([]string, error) {
	content, err := input.InsideFile(f.cache.snapshot(f.commit), indexFile, input.ConfigLimit)
	if err != nil {
		return nil, err
	}
	var index struct {
		Map map[string]string `json:"weight_map"`
	}
	if err := input.Decode(content, &index); err != nil {
		return nil, fmt.Errorf("%s: %w", indexFile, err)
	}
	var names []string
	for _, name := range index.Map {
		if strings.ContainsAny(name, "/\\\x00%?#") || strings.HasPrefix(name, ".") || !strings.HasSuffix(name, ".safetensors") {
			return nil, fmt.Errorf("%s: shard %q is not the name of a .safetensors file in the model's folder", indexFile, name)
		}
		names = append(names, name)
	}
	slices.Sort(names)
	return slices.Compact(names), nil
}

// lacking returns the name of the first required file that is not in the
// cache, "" if the cache is complete.
func (f *fetcher) lacking(weights bool) string {
	has := func(name string) bool { return f.commit != "" && f.cache.has(f.commit, name) }
	switch {
	case !has(configFile):
		return configFile
	case !weights && !has(tokenizer) && !has(vocabulary):
		return tokenizer
	case !weights || has(weightsFile):
		return ""
	case !has(indexFile):
		return weightsFile
	}
	names, err := f.shards()
	if err != nil || len(names) == 0 {
		return indexFile
	}
	for _, name := range names {
		if !has(name) {
			return name
		}
	}
	return ""
}

// want fetches a file if need be and reports whether the commit has it.
func (f *fetcher) want(ctx context.Context, name string) (bool, error) {
	if f.commit != "" {
		if f.cache.has(f.commit, name) {
			return true, nil
		}
		if f.cache.lacks(f.commit, name) {
			return false, nil
		}
	}
	if f.Offline {
		return false, f.offline(name)
	}
	meta, err := f.head(ctx, name)
	if err != nil {
		return false, fmt.Errorf("%s: %w", name, err)
	}
	if f.commit == "" {
		f.commit = meta.commit
	}
	if !meta.exists && !meta.known {
		if f.Report != nil {
			f.Report(fmt.Sprintf("%s answers 404 for %s without the hub's error code: taken as absent this time", f.Endpoint, name))
		}
		return false, nil
	}
	if !meta.exists {
		return false, f.cache.setLacking(f.commit, name)
	}
	if err := f.download(ctx, name, meta); err != nil {
		return false, fmt.Errorf("%s: %w", name, err)
	}
	return true, f.cache.link(f.commit, name, meta.etag)
}

func (f *fetcher) offline(name string) error {
	return &unreachable{fmt.Errorf("%s is not in the cache %s and HF_HUB_OFFLINE is set; unset it once, or copy the cache from a machine that has it", name, f.Client.Cache)}
}
