package checkpoint

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"llmjp.internal/modernbert/pkg/input"
)

// The files of a model's directory.
const (
	ConfigFile  = "config.json"
	WeightsFile = "model.safetensors"
	IndexFile   = "model.safetensors.index.json"
)

// weights holds the open files of a directory's tensors.
type weights struct {
	path  string // of the file, or of the index
	files []*File
	owner map[string]*File // by tensor, by the name that stands in the file
}

// Close closes the files.
func (w *weights) Close() {
	for _, f := range w.files {
		f.Close()
	}
}

// names lists the tensors in the order of files and of data.
func (w *weights) names() []string {
	var names []string
	for _, f := range w.files {
		names = append(names, f.order...)
	}
	return names
}

// openWeights opens model.safetensors, else the shards that
// model.safetensors.index.json names, as transformers chooses.
func openWeights(dir string) (*weights, error) {
	path := filepath.Join(dir, WeightsFile)
	_, err := input.Inside(dir, WeightsFile)
	if err == nil {
		f, err := OpenFile(path)
		if err != nil {
			return nil, err
		}
		w := &weights{path: path, files: []*File{f}, owner: map[string]*File{}}
		for _, name := range f.order {
			w.owner[name] = f
		}
		return w, nil
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	index := filepath.Join(dir, IndexFile)
	content, err := input.InsideFile(dir, IndexFile, input.ConfigLimit)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, noWeights(dir)
	}
	if err != nil {
		return nil, err
	}
	w, err := openShards(dir, index, content)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", index, err)
	}
	return w, nil
}

// noWeights returns the error, with the way out, for a directory without safetensors.
func noWeights(dir string) error {
	for _, other := range []string{"pytorch_model.bin", "pytorch_model.bin.index.json"} {
		if _, err := os.Stat(filepath.Join(dir, other)); err == nil {
			return fmt.Errorf("%s has %s and no %s: pickled weights can run code and are not read; take the hub's own conversion, OWNER/NAME@refs/pr/N, or convert them once in Python: AutoModelForMaskedLM.from_pretrained(DIR).save_pretrained(NEW)", dir, other, WeightsFile)
		}
	}
	return fmt.Errorf("%s has neither %s nor %s", dir, WeightsFile, IndexFile)
}

// openShards opens the files of an index. Each tensor must stand in exactly
// the shard that the index says.
func openShards(dir, path string, index []byte) (_ *weights, err error) {
	shardOf, err := parseIndex(index)
	if err != nil {
		return nil, err
	}
	w := &weights{path: path, owner: map[string]*File{}}
	defer func() {
		if err != nil {
			w.Close()
		}
	}()
	for _, shard := range slices.Compact(slices.Sorted(maps.Values(shardOf))) {
		if _, err := input.Inside(dir, shard); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("shard %w", err)
		}
		f, err := OpenFile(filepath.Join(dir, shard))
		if err != nil {
			return nil, fmt.Errorf("shard %w", err)
		}
		w.files = append(w.files, f)
		for _, name := range f.order {
			switch listed, ok := shardOf[name]; {
			case !ok:
				return nil, fmt.Errorf("tensor %q stands in shard %s and not in weight_map", name, shard)
			case listed != shard:
				return nil, fmt.Errorf("tensor %q stands in shard %s, weight_map has it in %s", name, shard, listed)
			}
			w.owner[name] = f
		}
	}
	for _, name := range slices.Sorted(maps.Keys(shardOf)) {
		if w.owner[name] == nil {
			return nil, fmt.Errorf("tensor %q is not in its shard %s", name, shardOf[name])
		}
	}
	return w, nil
}

// parseIndex reads weight_map: tensor to shard. A shard is a plain name of a
// safetensors file in the model's own folder.
func parseIndex(index []byte) (map[string]string, error) {
	var content struct {
		Map map[string]string `json:"weight_map"`
	}
	if err := input.Decode(index, &content); err != nil {
		return nil, fmt.Errorf("not an index: %w", err)
	}
	if len(content.Map) == 0 {
		return nil, errors.New("weight_map is missing or empty")
	}
	for _, name := range slices.Sorted(maps.Keys(content.Map)) {
		shard := content.Map[name]
		if strings.ContainsAny(shard, "/\\\x00") || strings.HasPrefix(shard, ".") || !strings.HasSuffix(shard, ".safetensors") {
			return nil, fmt.Errorf("weight_map: tensor %q: shard %q is not the name of a .safetensors file in this folder", name, shard)
		}
	}
	return content.Map, nil
}
