package checkpoint

import (
	"fmt"
	"slices"
	"strings"

	"llmjp.internal/modernbert/pkg/model"
	"llmjp.internal/modernbert/pkg/model/bert"
	"llmjp.internal/modernbert/pkg/model/modernbert"
)

// untied returns the architecture without ties where the config says tied but
// the file holds a decoder of its own: transformers 5 then computes with it.
func untied(arch model.Architecture, w *weights, stored map[string]string) (model.Architecture, error) {
	for _, twin := range newNames(arch).twins {
		first, ok1 := stored[twin[0]]
		second, ok2 := stored[twin[1]]
		if !ok1 || !ok2 || !embeddings(twin[0]) {
			continue
		}
		a, _ := w.owner[first].Info(first)
		b, _ := w.owner[second].Info(second)
		same, err := equal(w.owner[first], a, w.owner[second], b)
		if err != nil {
			return nil, err
		}
		if same && a.DType == b.DType && slices.Equal(a.Shape, b.Shape) {
			continue
		}
		switch c := arch.(type) {
		case *modernbert.Config:
			own := c.Clone()
			own.Tied = false
			return own, nil
		case *bert.Config:
			own := c.Clone()
			own.Tied = false
			return own, nil
		}
	}
	return arch, nil
}

// useTwins marks the second copy of a tied tensor as used where one of the two
// was read.
func (l *loader) useTwins() {
	for _, twin := range l.twins {
		first, ok1 := l.stored[twin[0]]
		second, ok2 := l.stored[twin[1]]
		if ok1 && ok2 && (l.used[first] || l.used[second]) {
			l.used[first], l.used[second] = true, true
		}
	}
}

// checkUnexpected collects the tensors that nobody read and that have no
// reason to be there. mixed: the file was made for another head, whose tensors
// are left alone.
func (l *loader) checkUnexpected(head model.Head, mixed bool) {
	for _, name := range l.weights.names() {
		canonical := l.canonical(name)
		switch {
		case l.used[name], buffer(canonical):
		case (mixed || head == model.Body) && slices.Contains(l.heads, canonical):
		case head == model.MaskedLM && slices.Contains(l.beside, canonical):
		default:
			info, _ := l.owner[name].Info(name)
			l.problems.unexpected = append(l.problems.unexpected, fmt.Sprintf("%s %v", name, info.Shape))
		}
	}
}

// buffer reports whether a tensor is no weight but a table that is computed
// from the config, which some versions and trainers save.
func buffer(name string) bool {
	for _, end := range []string{"position_ids", "token_type_ids", "inv_freq", "cos_cached", "sin_cached"} {
		if strings.HasSuffix(name, "."+end) || strings.HasSuffix(name, "_"+end) {
			return true
		}
	}
	return false
}
