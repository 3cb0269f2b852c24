package cli

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"llmjp.internal/modernbert/pkg/input"
	"llmjp.internal/modernbert/pkg/model"
	"llmjp.internal/modernbert/pkg/model/checkpoint"
	"llmjp.internal/modernbert/pkg/result"
	"llmjp.internal/modernbert/pkg/run"
)

// cardFile is the name of a model card on the hub.
const cardFile = "README.md"

// licences matches the identifiers of licences in the hub's metadata.
var licences = regexp.MustCompile(`^[a-z0-9][a-z0-9.+-]*$`)

// modelCard returns the card of an exported model in the hub's form: metadata,
// what the model is, its data, recipe, numbers and licence, and how it is
// loaded. A card that the model's folder already has is kept.
func modelCard(dir string, c *checkpoint.Checkpoint, o exportOptions) ([]byte, error) {
	const most = 16 << 20
	if own, err := input.File(filepath.Join(dir, cardFile), most); !errors.Is(err, fs.ErrNotExist) {
		return own, err
	}
	var b strings.Builder
	name := filepath.Base(filepath.Clean(o.output))
	o.metadata(&b, c)
	fmt.Fprintf(&b, "# %s\n\nA `%s` model, %s, with %.1f million parameters. Made with a reproduction in Go of [llm-jp-modernbert](https://arxiv.org/abs/2504.15544).\n",
		name, c.Arch.Type(), purpose(c.Head, o.to), float64(model.Count(c.Arch.Params(c.Head)))/1e6)
	if err := training(&b, dir); err != nil {
		return nil, err
	}
	b.WriteString("\n## Licence\n\n")
	if o.license == "" {
		b.WriteString("None was stated at export. Choose one that the data permit (`export --license ID`) before you share the model.\n")
	} else {
		b.WriteString("`" + o.license + "`\n")
	}
	b.WriteString("\n## How to load\n\n```python\n" + strings.ReplaceAll(loading(c.Head, o.to), "PATH", name) + "```\n")
	return []byte(b.String()), nil
}

// metadata writes the card's YAML header.
func (o exportOptions) metadata(b *strings.Builder, c *checkpoint.Checkpoint) {
	license := "license: " + o.license
	if o.license == "" {
		license = "license: other\nlicense_name: not-stated"
	}
	pipeline := map[model.Head]string{model.Body: "feature-extraction", model.MaskedLM: "fill-mask", model.SequenceClassification: "text-classification"}[c.Head]
	if o.to == toSentenceTransformers {
		pipeline = "sentence-similarity"
	}
	fmt.Fprintf(b, "---\nlanguage: ja\n%s\nlibrary_name: %s\npipeline_tag: %s\ntags:\n- %s\n---\n\n", license, o.to, pipeline, c.Arch.Type())
}

// purpose says what a model's head is for.
func purpose(head model.Head, to string) string {
	switch {
	case to == toSentenceTransformers:
		return "for sentence embeddings (mean pooling, cosine)"
	case head == model.MaskedLM:
		return "for masked language modelling"
	case head == model.SequenceClassification:
		return "for scoring or classifying texts"
	default:
		return "without a head"
	}
}

// training writes data, recipe and numbers of a checkpoint's run; of a model
// that is no checkpoint of a run it says that they are not known.
func training(b *strings.Builder, dir string) error {
	folder, step, ok := run.Of(dir)
	if !ok {
		b.WriteString("\nIts training is not described here: it was not exported from the folder of a run.\n")
		return nil
	}
	d, err := run.Read(folder)
	if err != nil {
		return err
	}
	evaluations, err := run.Evaluations(folder)
	if err != nil {
		return err
	}
	b.WriteString("\n## Data\n\n")
	for _, data := range d.Data {
		b.WriteString("- `" + data.Name + "`")
		if data.Digest != "" {
			b.WriteString(", SHA-256 `" + data.Digest + "`")
		}
		b.WriteString("\n")
	}
	for _, note := range d.Notes {
		b.WriteString("- " + note + "\n")
	}
	fmt.Fprintf(b, "\n## Recipe\n\nStep %d of %d of stage %d, preset `%s`, seed %d, computed by %s, source %s.\n\n", step, d.TotalSteps, d.Stage, d.Preset, d.Seed, cmp.Or(d.Backend, "an unknown backend"), cmp.Or(d.Commit, "not stamped"))
	var settings map[string]any
	if len(d.Settings) > 0 {
		if err := json.Unmarshal(d.Settings, &settings); err != nil {
			return fmt.Errorf("%s: settings: %w", folder, err)
		}
		b.WriteString("| setting | value |\n|---|---|\n")
	}
	for _, key := range slices.Sorted(maps.Keys(settings)) {
		switch value := settings[key].(type) {
		case nil, map[string]any, []any:
		default:
			fmt.Fprintf(b, "| `%s` | %v |\n", key, value)
		}
	}
	b.WriteString("\n## Numbers\n\n")
	i := slices.IndexFunc(evaluations, func(e result.Evaluation) bool { return e.Step == step })
	if i < 0 {
		fmt.Fprintf(b, "The run has no validation of step %d.\n", step)
		return nil
	}
	e := evaluations[i]
	fmt.Fprintf(b, "On the run's validation text, of step %d:\n\n| | |\n|---|---:|\n| masked-LM loss (nats) | %.4f |\n| accuracy of masked tokens | %.4f |\n", step, e.Loss, e.Accuracy)
	if e.Recall10 != nil && e.MRR10 != nil {
		fmt.Fprintf(b, "| zero-shot retrieval, Recall@10 | %.4f |\n| zero-shot retrieval, MRR@10 | %.4f |\n", *e.Recall10, *e.MRR10)
	}
	if u := d.Unigram; u != nil {
		fmt.Fprintf(b, "\nToken frequencies alone reach a loss of %.4f and an accuracy of %.4f.\n", u.Loss, u.Accuracy)
	}
	return nil
}

// loading returns the lines of Python that load the model.
func loading(head model.Head, to string) string {
	if to == toSentenceTransformers {
		return `from sentence_transformers import SentenceTransformer

model = SentenceTransformer("PATH")
print(model.similarity(*model.encode(["京都には多くの寺がある。", "古都の神社と寺院を訪ねる。"])))
`
	}
	class := map[model.Head]string{model.Body: "AutoModel", model.MaskedLM: "AutoModelForMaskedLM", model.SequenceClassification: "AutoModelForSequenceClassification"}[head]
	lines := "from transformers import AutoTokenizer, " + class + "\n\ntokenizer = AutoTokenizer.from_pretrained(\"PATH\")\nmodel = " + class + ".from_pretrained(\"PATH\")\n"
	if head != model.MaskedLM {
		return lines + "print(model(**tokenizer(\"日本の首都は東京である。\", return_tensors=\"pt\"))[0])\n"
	}
	return lines + `inputs = tokenizer(f"日本の首都は{tokenizer.mask_token}である。", return_tensors="pt")
at = (inputs["input_ids"][0] == tokenizer.mask_token_id).nonzero()[0, 0]
print(tokenizer.decode(model(**inputs).logits[0, at].argmax()))
`
}
