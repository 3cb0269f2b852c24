package checkpoint

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"llmjp.internal/modernbert/pkg/durable"
	"llmjp.internal/modernbert/pkg/model"
	"llmjp.internal/modernbert/pkg/model/fields"
)

// Extra is what Save may be told beyond the model itself.
type Extra struct {
	DType DType             // of the weights in the file; "" is F32
	Files map[string][]byte // by name, such as a tokenizer's; a name may have folders: "1_Pooling/config.json"
	// Write adds further files to the directory before it gets its name.
	Write   func(dir string) error
	Replace bool // a directory that is there already makes way when the new one stands
}

// Save writes a model as a directory that transformers loads as it is:
// config.json, model.safetensors and the extra files; whole or not at all.
// The weights must be exactly those of the architecture with the head.
func Save(dir string, arch model.Architecture, head model.Head, values model.Values, extra Extra) error {
	params := arch.Params(head)
	if err := values.Check(params); err != nil {
		return fmt.Errorf("save %s: %w", dir, err)
	}
	dtype := extra.DType
	if dtype == "" {
		dtype = F32
	}
	if !dtype.Float() {
		return fmt.Errorf("save %s: weights cannot be written as %s", dir, dtype)
	}
	config, err := configJSON(arch, head, dtype)
	if err != nil {
		return fmt.Errorf("save %s: %s: %w", dir, ConfigFile, err)
	}
	return durable.Dir(dir, extra.Replace, func(temporary string) error {
		if err := durable.Bytes(filepath.Join(temporary, ConfigFile), config); err != nil {
			return err
		}
		tensors := storedTensors(arch, head, values, dtype)
		if err := WriteFile(filepath.Join(temporary, WeightsFile), tensors, map[string]string{"format": "pt"}); err != nil {
			return err
		}
		for name, content := range extra.Files {
			if err := writeExtra(temporary, name, content); err != nil {
				return err
			}
		}
		if extra.Write != nil {
			return extra.Write(temporary)
		}
		return nil
	})
}

// configJSON returns the architecture's config with the file's dtype, in which
// transformers loads the weights.
func configJSON(arch model.Architecture, head model.Head, dtype DType) ([]byte, error) {
	data, err := arch.ConfigJSON(head)
	if err != nil {
		return nil, err
	}
	f, err := fields.Parse(data)
	if err != nil {
		return nil, err
	}
	f.Delete("torch_dtype") // the older name of dtype
	f.Set("dtype", dtype.torch())
	return f.JSON()
}

// storedTensors returns the weights under transformers' names: a bare body's have no
// prefix.
func storedTensors(arch model.Architecture, head model.Head, values model.Values, dtype DType) []Tensor {
	var tensors []Tensor
	for _, p := range arch.Params(head) {
		name := p.Name
		if head == model.Body {
			name = strings.TrimPrefix(name, families[arch.Type()].prefix)
		}
		tensors = append(tensors, Tensor{Name: name, DType: dtype, Shape: p.Shape, Data: values[p.Name]})
	}
	return tensors
}

// writeExtra writes a file beside the model. It refuses a name outside the folder, or
// of one of the model's own files.
func writeExtra(dir, name string, content []byte) error {
	if !filepath.IsLocal(name) || name == ConfigFile || name == WeightsFile {
		return fmt.Errorf("%q cannot be written beside the model", name)
	}
	path := filepath.Join(dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		return err
	}
	return os.WriteFile(path, content, 0o666)
}
