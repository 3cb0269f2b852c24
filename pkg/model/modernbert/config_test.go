package modernbert

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"llmjp.internal/modernbert/pkg/model"
	"llmjp.internal/modernbert/pkg/model/internal/golden"
)

// published is the config.json of llm-jp-modernbert-base in the authors' form.
const published = `{
  "architectures": ["ModernBertForMaskedLM"], "attention_bias": false, "attention_dropout": 0.0,
  "bos_token_id": 5, "classifier_activation": "gelu", "classifier_bias": false, "classifier_dropout": 0.0,
  "classifier_pooling": "cls", "cls_token_id": 5, "decoder_bias": true, "deterministic_flash_attn": false,
  "embedding_dropout": 0.0, "eos_token_id": 6, "global_attn_every_n_layers": 3, "global_rope_theta": 10000.0,
  "gradient_checkpointing": false, "hidden_activation": "gelu", "hidden_size": 768, "initializer_cutoff_factor": 2.0,
  "initializer_range": 0.02, "intermediate_size": 1152, "layer_norm_eps": 1e-05, "local_attention": 128,
  "local_rope_theta": 10000.0, "max_position_embeddings": 8192, "mlp_bias": false, "mlp_dropout": 0.0,
  "model_type": "modernbert", "norm_bias": false, "norm_eps": 1e-05, "num_attention_heads": 12,
  "num_hidden_layers": 22, "pad_token_id": 4, "position_embedding_type": "absolute", "reference_compile": true,
  "repad_logits_with_grad": false, "sep_token_id": 6, "sparse_pred_ignore_index": -100, "sparse_prediction": false,
  "torch_dtype": "float32", "transformers_version": "4.50.0", "vocab_size": 99574
}`

func TestPublishedConfigIsBase(t *testing.T) {
	c, err := ParseConfig([]byte(published))
	if err != nil {
		t.Fatal(err)
	}
	c.extra = nil
	if diff := cmp.Diff(Base(), c, cmp.AllowUnexported(Config{})); diff != "" {
		t.Errorf("-Base +parsed:\n%s", diff)
	}
}

// Fields without a meaning here survive, and numbers that Python must read as floats
// look like floats.
func TestKeptFields(t *testing.T) {
	c, err := ParseConfig([]byte(published))
	if err != nil {
		t.Fatal(err)
	}
	data, err := c.ConfigJSON(model.SequenceClassification)
	if err != nil {
		t.Fatal(err)
	}
	var got map[string]json.RawMessage
	if err := json.Unmarshal(data, &got); err != nil {
		t.Fatal(err)
	}
	for field, want := range map[string]string{
		"sparse_pred_ignore_index": "-100", "reference_compile": "true", "global_rope_theta": "10000.0",
		"initializer_cutoff_factor": "2.0", "cls_token_id": "5",
	} {
		if string(got[field]) != want {
			t.Errorf("%s: %s, want %s", field, got[field], want)
		}
	}
	if !strings.Contains(string(got["architectures"]), "ModernBertForSequenceClassification") {
		t.Errorf("architectures: %s", got["architectures"])
	}
}

func TestRefusedByName(t *testing.T) {
	golden.CheckRefusals(t, published, parse, map[string]string{
		"model_type":              `"bert"`,
		"hidden_activation":       `"xielu"`,
		"classifier_activation":   `"unheard"`,
		"classifier_pooling":      `"max"`,
		"rope_scaling":            `{"rope_type": "longrope", "factor": 4}`,
		"rope_parameters":         `{"full_attention": {"rope_type": "linear", "factor": 0, "rope_theta": 1e4}}`,
		"layer_types":             `["full_attention"]`,
		"num_attention_heads":     "7",
		"hidden_size":             "0",
		"vocab_size":              "1.5",
		"norm_eps":                "-1",
		"pad_token_id":            "99574",
		"attention_dropout":       "1.5",
		"num_hidden_layers":       `"many"`,
		"head_dim":                "32",
		"is_decoder":              "true",
		"sliding_window":          "32",
		"per_layer_config":        `{"1": {"hidden_activation": "silu"}}`,
		"quantization_config":     `{"bits": 4}`,
		"problem_type":            `"guess"`,
		"id2label":                `{"0": "a", "b": "c"}`,
		"num_labels":              "0",
		"partial_rotary_factor":   "0.5",
		"tie_word_embeddings":     `"yes"`,
		"global_rope_theta":       "0",
		"local_attention":         "-2",
		"max_position_embeddings": "1e99",
	})
	for _, text := range []string{"", "null", "[]", "{} {}", `{"vocab_size": }`} {
		if _, err := ParseConfig([]byte(text)); err == nil {
			t.Errorf("%q was read", text)
		}
	}
}

func TestThetas(t *testing.T) {
	for name, c := range map[string]struct {
		json          string
		global, local float64
	}{
		"defaults":      {`{}`, 160000, 10000},
		"older":         {`{"global_rope_theta": 7, "local_rope_theta": 8}`, 7, 8},
		"older, null":   {`{"global_rope_theta": 7, "local_rope_theta": null}`, 7, 7},
		"newer wins":    {`{"global_rope_theta": 7, "rope_parameters": {"full_attention": {"rope_theta": 9, "rope_type": "default"}}}`, 9, 10000},
		"newer, bare":   {`{"global_rope_theta": 7, "rope_parameters": {"full_attention": {"rope_type": "default"}, "sliding_attention": null}}`, 7, 10000},
		"newer, both":   {`{"rope_parameters": {"full_attention": {"rope_theta": 2.5}, "sliding_attention": {"rope_theta": 3}}}`, 2.5, 3},
		"scaling, null": {`{"rope_scaling": null}`, 160000, 10000},
	} {
		got, err := ParseConfig([]byte(c.json))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if got.GlobalTheta != c.global || got.LocalTheta != c.local {
			t.Errorf("%s: %g, %g, want %g, %g", name, got.GlobalTheta, got.LocalTheta, c.global, c.local)
		}
	}
}

func TestWithLabels(t *testing.T) {
	c := Base().WithLabels(3, model.SingleLabel).(*Config)
	if got := c.Dimensions(); got.Labels != 3 || got.Problem != model.SingleLabel {
		t.Errorf("%+v", got)
	}
	if Base().Labels.Names != nil || len(c.Labels.Names) != 3 {
		t.Errorf("names %v", c.Labels.Names)
	}
}

func FuzzParseConfig(f *testing.F) {
	f.Add([]byte(published))
	f.Add([]byte(`{"rope_parameters": {"full_attention": {"rope_theta": 1}}, "id2label": {"0": "x"}}`))
	f.Add([]byte(`{"layer_types": ["sliding_attention"], "num_hidden_layers": 1, "eos_token_id": [1, 2]}`))
	f.Add([]byte(`{"pad_token_id": null, "hidden_size": 1e3, "num_attention_heads": 10}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		golden.CheckWritten(t, data, parse, cmpopts.IgnoreUnexported(Config{}))
	})
}
