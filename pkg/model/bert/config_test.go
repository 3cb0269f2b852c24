package bert

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"llmjp.internal/modernbert/pkg/model/internal/golden"
)

// published is the config.json of a Japanese BERT, as transformers 4 wrote it.
const published = `{
  "architectures": ["BertForPreTraining"], "attention_probs_dropout_prob": 0.1, "hidden_act": "gelu",
  "hidden_dropout_prob": 0.1, "hidden_size": 768, "initializer_range": 0.02, "intermediate_size": 3072,
  "layer_norm_eps": 1e-12, "max_position_embeddings": 512, "model_type": "bert", "num_attention_heads": 12,
  "num_hidden_layers": 12, "pad_token_id": 0, "type_vocab_size": 2, "vocab_size": 32768,
  "classifier_dropout": null, "position_embedding_type": "absolute", "use_cache": true, "torch_dtype": "float32"
}`

func TestPublished(t *testing.T) {
	c, err := ParseConfig([]byte(published))
	if err != nil {
		t.Fatal(err)
	}
	want := defaults()
	want.Vocab = 32768
	want.extra = c.extra
	if diff := cmp.Diff(want, c, cmp.AllowUnexported(Config{})); diff != "" {
		t.Error(diff)
	}
}

func TestRefusedByName(t *testing.T) {
	golden.CheckRefusals(t, published, parse, map[string]string{
		"model_type":                   `"modernbert"`,
		"hidden_act":                   `"prelu"`,
		"position_embedding_type":      `"relative_key"`,
		"is_decoder":                   "true",
		"add_cross_attention":          "true",
		"pruned_heads":                 `{"0": [1]}`,
		"per_layer_config":             `{"1": {"hidden_act": "relu"}}`,
		"quantization_config":          `{"bits": 4}`,
		"embedding_size":               "128",
		"num_attention_heads":          "7",
		"hidden_size":                  "0",
		"vocab_size":                   "1.5",
		"type_vocab_size":              "0",
		"max_position_embeddings":      `"512"`,
		"layer_norm_eps":               "0",
		"pad_token_id":                 "32768",
		"classifier_dropout":           "2",
		"attention_probs_dropout_prob": "-1",
		"tie_word_embeddings":          "1",
		"problem_type":                 `"guess"`,
		"num_labels":                   "0",
	})
}

func FuzzParseConfig(f *testing.F) {
	f.Add([]byte(published))
	f.Add([]byte(`{"classifier_dropout": 0.5, "pad_token_id": null, "id2label": {"0": "x"}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		golden.CheckWritten(t, data, parse, cmpopts.IgnoreUnexported(Config{}))
	})
}
