package encoder

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"reflect"

	"llmjp.internal/modernbert/pkg/model"
	"llmjp.internal/modernbert/pkg/model/checkpoint"
	"llmjp.internal/modernbert/pkg/text"
)

// Swap replaces the encoder's weights by another directory's, such as the next
// checkpoint of a run, and keeps the compiled graphs. Where the directory's
// architecture or tokenizer differs, ok is false and the encoder stays as it was.
func (e *Encoder) Swap(ctx context.Context, dir string) (ok bool, err error) {
	if !e.owned {
		return false, nil
	}
	c, err := checkpoint.Open(dir)
	if err != nil {
		return false, err
	}
	if same, err := e.Same(c.Arch, dir); !same || err != nil {
		return false, err
	}
	values, err := c.Load(e.Head)
	if err != nil {
		return false, err
	}
	if err := ctx.Err(); err != nil {
		return false, err
	}
	weights, err := Upload(e.backend, e.params, values)
	if err != nil {
		return false, fmt.Errorf("%s: %w", dir, err)
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	free(e.weights...)
	e.weights, e.Name = weights, dir
	return true, nil
}

// Same reports whether an architecture and a directory's tokenizer equal the
// encoder's, so that its compiled graphs serve the directory's weights.
func (e *Encoder) Same(arch model.Architecture, dir string) (bool, error) {
	var configs [2]map[string]any
	for i, a := range []model.Architecture{e.Arch, arch} {
		data, err := a.ConfigJSON(e.Head)
		if err != nil {
			return false, err
		}
		if err := json.Unmarshal(data, &configs[i]); err != nil {
			return false, fmt.Errorf("%s: %w", dir, err)
		}
	}
	if !reflect.DeepEqual(configs[0], configs[1]) {
		return false, nil
	}
	ours, err := e.Tokenizer()
	if err != nil {
		return false, err
	}
	theirs, err := text.Open(dir)
	if err != nil {
		return false, err
	}
	return maps.EqualFunc(ours.Files(), theirs.Files(), bytes.Equal), nil
}
