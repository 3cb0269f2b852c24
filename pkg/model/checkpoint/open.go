package checkpoint

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"llmjp.internal/modernbert/pkg/input"
	"llmjp.internal/modernbert/pkg/model"
	"llmjp.internal/modernbert/pkg/model/bert"
	"llmjp.internal/modernbert/pkg/model/modernbert"
)

// Checkpoint is a model's directory whose config is read and whose weights'
// headers are checked. It holds no open file.
type Checkpoint struct {
	Dir  string
	Arch model.Architecture
	Head model.Head // the head that the file has
	// DType is the type of the largest share of the weights.
	DType DType
}

// parsers read config.json by its model_type.
var parsers = map[string]func([]byte) (model.Architecture, error){
	"modernbert": func(data []byte) (model.Architecture, error) {
		c, err := modernbert.ParseConfig(data)
		return c, err
	},
	"bert": func(data []byte) (model.Architecture, error) {
		c, err := bert.ParseConfig(data)
		return c, err
	},
}

// Open reads config.json and the headers of the weights. Errors name the file.
func Open(dir string) (*Checkpoint, error) {
	arch, class, err := openConfig(dir)
	if err != nil {
		return nil, err
	}
	w, err := openWeights(dir)
	if err != nil {
		return nil, fmt.Errorf("weights: %w", err)
	}
	defer w.Close()
	c := &Checkpoint{Dir: dir, Arch: arch, DType: w.dtype()}
	names := newNames(arch)
	stored := map[string]string{}
	for _, name := range w.names() {
		stored[names.canonical(name)] = name
	}
	held := func(name string) bool { return stored[name] != "" }
	c.Head = names.headOf(class, held)
	if c.Head == model.MaskedLM {
		if c.Arch, err = untied(arch, w, stored); err != nil {
			return nil, fmt.Errorf("weights: %w", err)
		}
	}
	if b, ok := c.Arch.(*bert.Config); ok && !held("bert.pooler.dense.weight") {
		c.Arch = b.WithoutPooler()
	}
	return c, nil
}

// Config reads a directory's config.json alone, without its weights.
func Config(dir string) (model.Architecture, error) {
	arch, _, err := openConfig(dir)
	return arch, err
}

// openConfig also gives the first of architectures, "" where there is none.
func openConfig(dir string) (model.Architecture, string, error) {
	path := filepath.Join(dir, ConfigFile)
	data, err := input.InsideFile(dir, ConfigFile, input.ConfigLimit)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, "", fmt.Errorf("%s is not there: %s is not a model's directory in Hugging Face format", path, dir)
	}
	if err != nil {
		return nil, "", err
	}
	arch, class, err := parseConfig(data)
	if err != nil {
		return nil, "", fmt.Errorf("%s: %w", path, err)
	}
	return arch, class, nil
}

// parseConfig reads a config.json and returns its architecture and the class that it
// names.
func parseConfig(data []byte) (model.Architecture, string, error) {
	var kind struct {
		Type          *string  `json:"model_type"`
		Architectures []string `json:"architectures"`
	}
	if err := input.Decode(data, &kind); err != nil {
		return nil, "", err
	}
	supported := strings.Join(slices.Sorted(maps.Keys(parsers)), " and ")
	if kind.Type == nil {
		return nil, "", fmt.Errorf("field %q is missing; supported are %s", "model_type", supported)
	}
	parse, ok := parsers[*kind.Type]
	if !ok {
		return nil, "", fmt.Errorf("field %q: %q is not supported; supported are %s", "model_type", *kind.Type, supported)
	}
	arch, err := parse(data)
	if err != nil || len(kind.Architectures) == 0 {
		return arch, "", err
	}
	return arch, kind.Architectures[0], nil
}

// dtype returns the type of most floating-point elements, F32 for F64.
func (w *weights) dtype() DType {
	count := map[DType]int{}
	most := F32
	for _, f := range w.files {
		for _, t := range f.tensors {
			if t.DType.Float() {
				count[t.DType] += t.Len()
			}
		}
	}
	for _, dtype := range []DType{F32, BF16, F16} {
		if count[dtype] > count[most] {
			most = dtype
		}
	}
	return most
}
