package similarity

import (
	"fmt"

	"llmjp.internal/modernbert/pkg/corpus"
)

// The paper's random pairs (its code's limit and seed).
const (
	PaperPairs = 2000
	PaperSeed  = 42
)

// Task is positive pairs, Queries[i] with Positives[i], and random pairs,
// Left[i] with Right[i], as texts.
type Task struct {
	Queries, Positives []string
	Left, Right        []string
	RandomPairs        [][2]string // the references of Left and Right
}

// Open reads positive pairs by reference, and the passages from texts (see
// corpus.ReadPassages), from all of which the seed draws random pairs.
func Open(pairs string, random int, seed uint64, texts ...string) (*Task, error) {
	list, err := corpus.ReadPairs(pairs)
	if err != nil {
		return nil, err
	}
	passages, err := corpus.ReadPassages(texts...)
	if err != nil {
		return nil, err
	}
	t := &Task{}
	if t.Queries, t.Positives, err = passages.Resolve(list); err != nil {
		return nil, err
	}
	return t, t.Draw(passages, random, seed)
}

// Draw replaces the random pairs by n pairs of two different of the passages
// (0: the paper's 2,000, or as many as there are passages for without one twice).
// No passage is in two pairs before all have been in one (but the last of an
// odd number): with enough passages the 2n texts are different ones, as the
// authors' are.
func (t *Task) Draw(from *corpus.Passages, n int, seed uint64) error {
	if n == 0 {
		n = min(PaperPairs, from.Len()/2)
	}
	if n < 0 {
		return fmt.Errorf("similarity: %d random pairs were asked for", n)
	}
	if from.Len() < 2 {
		return fmt.Errorf("similarity: random pairs need two passages at least, there is %d", from.Len())
	}
	t.Left, t.Right, t.RandomPairs = nil, nil, nil
	round := from.Len() / 2
	for i := range n {
		order := corpus.NewOrder(from.Len(), seed, uint64(i/round))
		k := 2 * (i % round)
		pair := [2]string{from.Refs()[order.At(k)], from.Refs()[order.At(k+1)]}
		left, _ := from.Text(pair[0])
		right, _ := from.Text(pair[1])
		t.Left, t.Right, t.RandomPairs = append(t.Left, left), append(t.Right, right), append(t.RandomPairs, pair)
	}
	return nil
}
