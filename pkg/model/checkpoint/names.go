package checkpoint

import (
	"strings"

	"llmjp.internal/modernbert/pkg/model"
)

// family knows the names under which an architecture's checkpoints have been
// published over the years.
type family struct {
	prefix string // of the body's tensors; a bare body is saved without it
	// heads are the tensors that stand beside the body for some head.
	// A body leaves them alone.
	heads []string
	// beside are those that the file of a masked language model may hold
	// although the model has no use for them: what else was pretrained.
	beside []string
	// twins are two names of one tensor where weights are tied: a file holds
	// either, or both with equal values.
	twins [][2]string
	// tails are older ends of names.
	tails [][2]string
}

var families = map[string]family{
	"modernbert": {
		prefix: "model.",
		heads: []string{
			"head.dense.weight", "head.dense.bias", "head.norm.weight", "head.norm.bias",
			"decoder.weight", "decoder.bias", "classifier.weight", "classifier.bias",
		},
		twins: [][2]string{{"model.embeddings.tok_embeddings.weight", "decoder.weight"}},
	},
	"bert": {
		prefix: "bert.",
		heads: []string{
			"bert.pooler.dense.weight", "bert.pooler.dense.bias",
			"cls.predictions.bias", "cls.predictions.transform.dense.weight", "cls.predictions.transform.dense.bias",
			"cls.predictions.transform.LayerNorm.weight", "cls.predictions.transform.LayerNorm.bias",
			"cls.predictions.decoder.weight", "cls.predictions.decoder.bias",
			"cls.seq_relationship.weight", "cls.seq_relationship.bias",
			"classifier.weight", "classifier.bias", "qa_outputs.weight", "qa_outputs.bias",
		},
		beside: []string{
			"bert.pooler.dense.weight", "bert.pooler.dense.bias",
			"cls.seq_relationship.weight", "cls.seq_relationship.bias",
		},
		twins: [][2]string{
			{"bert.embeddings.word_embeddings.weight", "cls.predictions.decoder.weight"},
			{"cls.predictions.bias", "cls.predictions.decoder.bias"},
		},
		tails: [][2]string{{"LayerNorm.gamma", "LayerNorm.weight"}, {"LayerNorm.beta", "LayerNorm.bias"}},
	},
}

// names maps what stands in a file to the names of this program.
type names struct {
	family
	known map[string]bool // every name of the architecture with any head
	// separate are the weights of the masked language model: a twin among them
	// is no copy.
	separate map[string]bool
}

// newNames returns the names of an architecture's weights under every head.
func newNames(arch model.Architecture) names {
	n := names{families[arch.Type()], map[string]bool{}, map[string]bool{}}
	for _, p := range arch.Params(model.MaskedLM) {
		n.separate[p.Name] = true
	}
	n.twins = nil
	for _, twin := range families[arch.Type()].twins {
		if !embeddings(twin[0]) || !n.separate[twin[1]] { // untied, the decoder is a weight of its own
			n.twins = append(n.twins, twin)
		}
	}
	for _, head := range []model.Head{model.Body, model.MaskedLM, model.SequenceClassification} {
		for _, p := range arch.Params(head) {
			n.known[p.Name] = true
		}
	}
	for _, name := range n.heads {
		n.known[name] = true
	}
	return n
}

// embeddings reports whether a tensor is the table that a decoder may be tied to.
func embeddings(name string) bool { return strings.Contains(name, "embeddings") }

// canonical returns a tensor's name here; a name that nobody knows stays as it is.
func (n names) canonical(name string) string {
	for _, tail := range n.tails {
		if front, ok := strings.CutSuffix(name, tail[0]); ok {
			name = front + tail[1]
		}
	}
	if !n.known[name] && n.known[n.prefix+name] {
		return n.prefix + name
	}
	return name
}

// headOf returns the head of a checkpoint, by its config's class or else by its
// tensors.
func (n names) headOf(class string, has func(name string) bool) model.Head {
	switch {
	case strings.HasSuffix(class, "ForMaskedLM"), strings.HasSuffix(class, "ForPreTraining"):
		return model.MaskedLM
	case strings.HasSuffix(class, "ForSequenceClassification"):
		return model.SequenceClassification
	case class != "":
		return model.Body
	case has("classifier.weight"):
		return model.SequenceClassification
	case has("head.dense.weight"), has("cls.predictions.transform.dense.weight"):
		return model.MaskedLM
	}
	return model.Body
}
