package checkpoint

import (
	"fmt"
	"slices"
	"strings"

	"llmjp.internal/modernbert/pkg/model"
)

// LoadFineTune reads a checkpoint with any head, or none, as a sequence
// classifier with the given number of outputs and transformers' problem_type.
// The body is loaded totally. What stands between body and classifier (the
// dense layer and norm of ModernBERT's head, which it shares with the masked
// language model; BERT's pooler) is loaded where the file has it. The rest is
// drawn from the seed and named in fresh: always the classifier, unless the
// checkpoint is a classifier with as many outputs.
func (c *Checkpoint) LoadFineTune(labels int, problem string, seed uint64) (arch model.Architecture, values model.Values, fresh []string, err error) {
	if labels < 1 {
		return nil, nil, nil, fmt.Errorf("%s: a classifier of %d labels", c.Dir, labels)
	}
	arch = c.Arch.WithLabels(labels, problem)
	params := arch.Params(model.SequenceClassification)
	values, problems, err := c.load(arch, model.SequenceClassification, func(l *loader) map[string]bool {
		return l.fresh(params)
	})
	if err != nil {
		return nil, nil, nil, err
	}
	if err := problems.err(); err != nil {
		return nil, nil, nil, err
	}
	for _, p := range params {
		if _, ok := values[p.Name]; !ok {
			fresh = append(fresh, p.Name)
			values[p.Name] = p.Draw(seed)
		}
	}
	return arch, values, fresh, nil
}

// fresh finds the weights to draw: the classifier if the file has none or one
// of another size, and what stands before it if the file has nothing of it.
func (l *loader) fresh(params []model.Param) map[string]bool {
	var classifier, before []string
	keepClassifier, keepBefore := false, false
	for _, p := range params {
		if !slices.Contains(l.heads, p.Name) {
			continue
		}
		stored, held := l.stored[p.Name]
		if !strings.HasPrefix(p.Name, "classifier.") {
			before = append(before, p.Name)
			keepBefore = keepBefore || held
			continue
		}
		classifier = append(classifier, p.Name)
		if held {
			info, _ := l.owner[stored].Info(stored)
			keepClassifier = keepClassifier || slices.Equal(info.Shape, p.Shape)
		}
	}
	fresh := map[string]bool{}
	for _, name := range classifier {
		fresh[name] = !keepClassifier
	}
	for _, name := range before {
		fresh[name] = !keepBefore
	}
	return fresh
}
