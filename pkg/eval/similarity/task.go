package similarity

import (
	"fmt"

	"llmjp.internal/modernbert/pkg/corpus"
	"llmjp.internal/modernbert/pkg/eval/retrieval"
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

// Open reads positive pairs by reference, their passages, and n random pairs
// that the seed draws from the source's random texts, or where it names none
// from all of its passages.
func Open(from retrieval.Source, n int, seed uint64) (*Task, error) {
	list, err := corpus.ReadPairs(from.Pairs)
	if err != nil {
		return nil, err
	}
	passages, err := corpus.ReadPassages(from.Texts...)
	if err != nil {
		return nil, err
	}
	t := &Task{}
	if t.Queries, t.Positives, err = passages.Resolve(list); err != nil {
		return nil, err
	}
	if len(from.Random) > 0 {
		return t, t.DrawTexts(n, seed, from.Random...)
	}
	return t, t.Draw(passages, n, seed)
}

// Draw replaces the random pairs by n pairs of two different of the passages
// (0: the paper's 2,000, or as many as there are passages for without one twice).
// No passage is in two pairs before all have been in one (but the last of an
// odd number): with enough passages the 2n texts are different ones, as the
// authors' are.
func (t *Task) Draw(from *corpus.Passages, n int, seed uint64) error {
	pairs, err := draw(from.Len(), n, seed)
	if err != nil {
		return err
	}
	t.Left, t.Right, t.RandomPairs = nil, nil, nil
	for _, pair := range pairs {
		t.add(passage(from, pair[0]), passage(from, pair[1]))
	}
	return nil
}

// DrawTexts draws the random pairs as Draw does, from files of texts (see
// corpus.Texts) such as the Wikipedia articles that the authors draw from. It
// reads the files twice, first to count the texts, and holds only those that
// it chose.
func (t *Task) DrawTexts(n int, seed uint64, patterns ...string) error {
	total := 0
	for _, err := range corpus.Texts(patterns...) {
		if err != nil {
			return err
		}
		total++
	}
	pairs, err := draw(total, n, seed)
	if err != nil {
		return err
	}
	chosen := map[int]text{}
	for _, pair := range pairs {
		chosen[pair[0]], chosen[pair[1]] = text{}, text{}
	}
	i := 0
	for line, err := range corpus.Texts(patterns...) {
		if err != nil {
			return err
		}
		if line.Tokenized() {
			return fmt.Errorf("%s: the line holds ids, a text is needed", line.Where())
		}
		if _, ok := chosen[i]; ok {
			chosen[i] = text{line.ID, line.Text}
		}
		i++
	}
	t.Left, t.Right, t.RandomPairs = nil, nil, nil
	for _, pair := range pairs {
		t.add(chosen[pair[0]], chosen[pair[1]])
	}
	return nil
}

type text struct{ ref, text string }

func passage(from *corpus.Passages, i int) text {
	ref := from.Refs()[i]
	found, _ := from.Text(ref)
	return text{ref, found}
}

func (t *Task) add(left, right text) {
	t.Left, t.Right = append(t.Left, left.text), append(t.Right, right.text)
	t.RandomPairs = append(t.RandomPairs, [2]string{left.ref, right.ref})
}

// draw gives n pairs of two different numbers below total.
func draw(total, n int, seed uint64) ([][2]int, error) {
	switch {
	case total < 2:
		return nil, fmt.Errorf("similarity: random pairs need two passages at least, there is %d", total)
	case n < 0:
		return nil, fmt.Errorf("similarity: %d random pairs were asked for", n)
	case n == 0:
		n = min(PaperPairs, total/2)
	}
	round := total / 2
	pairs := make([][2]int, n)
	for i := range pairs {
		order := corpus.NewOrder(total, seed, uint64(i/round))
		k := 2 * (i % round)
		pairs[i] = [2]int{order.At(k), order.At(k + 1)}
	}
	return pairs, nil
}
