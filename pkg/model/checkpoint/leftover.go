package checkpoint

import (
	"bytes"
	"fmt"
	"slices"

	"llmjp.internal/modernbert/pkg/model"
)

// checkTwins accepts a second copy of a tied tensor that is equal to the one
// that was read.
func (l *loader) checkTwins() {
	for _, twin := range l.twins {
		first, ok1 := l.stored[twin[0]]
		second, ok2 := l.stored[twin[1]]
		if !ok1 || !ok2 || !l.used[first] || l.used[second] {
			continue
		}
		l.used[second] = true
		a, rawA, _ := l.owner[first].raw(first)
		b, rawB, _ := l.owner[second].raw(second)
		if a.DType != b.DType || !slices.Equal(a.Shape, b.Shape) || !bytes.Equal(rawA, rawB) {
			l.problems.misshapen = append(l.problems.misshapen,
				fmt.Sprintf("%s is not equal to %s, to which %s ties it", second, first, ConfigFile))
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
		case l.used[name], slices.Contains(l.buffers, canonical):
		case (mixed || head == model.Body) && slices.Contains(l.heads, canonical):
		case head == model.MaskedLM && slices.Contains(l.beside, canonical):
		default:
			info, _ := l.owner[name].Info(name)
			l.problems.unexpected = append(l.problems.unexpected, fmt.Sprintf("%s %v", name, info.Shape))
		}
	}
}
