package checkpoint

import (
	"fmt"
	"runtime"
	"slices"
	"sync"

	"golang.org/x/sync/errgroup"

	"llmjp.internal/modernbert/pkg/model"
)

// Load reads the weights of the model with the given head into float32. It is
// total: each tensor of the file is a weight of this model, each weight is in
// the file, with its shape and a floating-point dtype; otherwise one error
// lists all that is wrong. The body alone may be read from a model with any
// head, whose tensors are then left alone.
func (c *Checkpoint) Load(head model.Head) (model.Values, error) {
	values, problems, err := c.load(c.Arch, head, nil)
	if err != nil {
		return nil, err
	}
	if head != model.Body && c.Head != head {
		problems.hint = fmt.Sprintf("the checkpoint is a %s, a %s is needed", describe(c.Head), describe(head))
	}
	return values, problems.err()
}

// describe names a head in words.
func describe(head model.Head) string {
	return map[model.Head]string{
		model.Body: "body without a head", model.MaskedLM: "masked language model",
		model.SequenceClassification: "sequence classifier",
	}[head]
}

// load reads the weights of arch with a head. The weights that fresh names, if
// it is not nil, are left out, and the file may be made for another head.
func (c *Checkpoint) load(arch model.Architecture, head model.Head, fresh func(*loader) map[string]bool) (model.Values, *problems, error) {
	w, err := openWeights(c.Dir)
	if err != nil {
		return nil, nil, fmt.Errorf("weights: %w", err)
	}
	defer w.Close()
	l := newLoader(w, arch)
	var left map[string]bool
	if fresh != nil {
		left = fresh(l)
	}
	found := map[string]string{} // weight to the file's name
	for _, p := range arch.Params(head) {
		if left[p.Name] {
			continue
		}
		if name := l.match(p); name != "" {
			found[p.Name] = name
		}
	}
	if head == model.MaskedLM {
		l.useTwins()
	}
	l.checkUnexpected(head, fresh != nil)
	if l.problems.any() {
		return nil, l.problems, nil
	}
	values, err := w.read(found)
	return values, l.problems, err
}

// read converts the tensors of a file, several at once: found maps the names
// of the result to the file's.
func (w *weights) read(found map[string]string) (model.Values, error) {
	values := make(model.Values, len(found))
	var mu sync.Mutex
	var group errgroup.Group
	group.SetLimit(runtime.GOMAXPROCS(0))
	for name, stored := range found {
		group.Go(func() error {
			file := w.owner[stored]
			x, err := file.Float32s(stored)
			if err != nil {
				return err
			}
			if i := notFinite(x); i >= 0 {
				return fmt.Errorf("%s: tensor %q holds %g at element %d: the model diverged in training, or overflowed in %s; take an earlier checkpoint or its weights in float32", file.path, stored, x[i], i, file.tensors[stored].DType)
			}
			mu.Lock()
			defer mu.Unlock()
			values[name] = x
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	return values, nil
}

// loader matches a file's tensors with a model's weights.
type loader struct {
	*weights
	names
	*problems
	stored map[string]string // canonical name to the file's
	used   map[string]bool   // by the file's name
}

// newLoader prepares the loading of an architecture's weights.
func newLoader(w *weights, arch model.Architecture) *loader {
	l := &loader{
		weights: w, names: newNames(arch), problems: &problems{path: w.path},
		stored: map[string]string{}, used: map[string]bool{},
	}
	for _, name := range w.names() {
		canonical := l.canonical(name)
		if other, ok := l.stored[canonical]; ok {
			l.problems.unexpected = append(l.problems.unexpected, fmt.Sprintf("%s (%s is the same weight)", name, other))
			l.used[name] = true // it is spoken of
			continue
		}
		l.stored[canonical] = name
	}
	return l
}

// match finds a weight's tensor and checks it. It notes the problem and gives
// "" where there is none that fits.
func (l *loader) match(p model.Param) string {
	name, ok := l.find(p.Name)
	if !ok {
		l.problems.missing = append(l.problems.missing, fmt.Sprintf("%s %v", p.Name, p.Shape))
		return ""
	}
	l.used[name] = true
	info, _ := l.owner[name].Info(name)
	switch {
	case !slices.Equal(info.Shape, p.Shape):
		l.problems.misshapen = append(l.problems.misshapen, fmt.Sprintf("%s is %v and should be %v", name, info.Shape, p.Shape))
		return ""
	case !info.DType.Float():
		l.problems.mistyped = append(l.problems.mistyped, fmt.Sprintf("%s is %s", name, info.DType))
		return ""
	}
	return name
}

// find returns the file's name of a weight: its own, or that of its twin where
// the file holds that one alone. Of two biases of a tied decoder that differ
// transformers computes with the decoder's.
func (l *loader) find(name string) (string, bool) {
	for _, twin := range l.twins {
		if stored, ok := l.stored[twin[1]]; ok && twin[0] == name && !embeddings(name) && !l.separate[twin[1]] {
			return stored, true
		}
	}
	if stored, ok := l.stored[name]; ok {
		return stored, true
	}
	for _, twin := range l.twins {
		for i := range twin {
			if twin[i] == name {
				stored, ok := l.stored[twin[1-i]]
				return stored, ok
			}
		}
	}
	return "", false
}
