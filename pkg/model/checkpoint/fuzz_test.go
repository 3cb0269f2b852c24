package checkpoint

import (
	"path/filepath"
	"testing"
)

// FuzzIndex wants an error or shards that are files of the folder.
func FuzzIndex(f *testing.F) {
	for _, seed := range []string{
		`{"metadata": {"total_size": 8}, "weight_map": {"a": "model-00001-of-00002.safetensors", "b": "model-00002-of-00002.safetensors"}}`,
		`{"weight_map": {"a": "../x.safetensors"}}`, `{"weight_map": {"a": "/x.safetensors"}}`, `{"weight_map": {"a": 1}}`,
		`{"weight_map": {}}`, `{"Weight_Map": {"a": "x.safetensors"}}`, `{"weight_map": {"a": "x.safetensors", "a": "y.safetensors"}}`, `[]`, ``,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		shards, err := parseIndex(data)
		if err == nil && len(shards) == 0 {
			t.Error("no shard and no error")
		}
		for _, shard := range shards {
			if !filepath.IsLocal(shard) || filepath.Base(shard) != shard {
				t.Errorf("shard %q", shard)
			}
		}
	})
}

// FuzzModules wants an error or folders within the model's.
func FuzzModules(f *testing.F) {
	for _, seed := range []string{
		`[{"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.Transformer"}, {"path": "1_Pooling", "type": "a.Pooling"}]`,
		`[{"path": "../x", "type": "Pooling"}]`, `[{"path": "/etc", "type": ""}]`, `[{"path": "a/../../b"}]`, `[{"Path": "/etc"}]`, `{}`, `null`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		modules, err := ParseModules(data)
		if err != nil {
			return
		}
		for _, m := range modules {
			if m.Path != "" && !filepath.IsLocal(m.Path) {
				t.Errorf("folder %q", m.Path)
			}
		}
	})
}
