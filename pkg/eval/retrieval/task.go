package retrieval

import (
	"fmt"

	"llmjp.internal/modernbert/pkg/corpus"
)

// Task is n queries and n passages: query i is answered by passage i alone,
// equal texts at other places count as misses.
type Task struct {
	Queries, Passages []string
}

// Open reads a task: pairs from a file of JSON lines {"query": R, "positive":
// R}, the passages that R names from texts (see corpus.ReadPassages). Without
// texts, what stands in the pairs are the texts themselves.
func Open(pairs string, texts ...string) (*Task, error) {
	list, err := corpus.ReadPairs(pairs)
	if err != nil {
		return nil, err
	}
	if len(texts) == 0 {
		t := &Task{}
		for _, p := range list {
			t.Queries, t.Passages = append(t.Queries, p.Query), append(t.Passages, p.Positive)
		}
		return t, nil
	}
	passages, err := corpus.ReadPassages(texts...)
	if err != nil {
		return nil, err
	}
	t := &Task{}
	if t.Queries, t.Passages, err = passages.Resolve(list); err != nil {
		return nil, err
	}
	return t, nil
}

// Len returns the number of queries, which is that of passages.
func (t *Task) Len() int { return len(t.Queries) }

// Examples returns three pairs: from the beginning, the middle and the end.
func (t *Task) Examples() (pairs [][2]string) {
	if t.Len() == 0 {
		return nil
	}
	for _, i := range []int{0, t.Len() / 2, t.Len() - 1} {
		pairs = append(pairs, [2]string{t.Queries[i], t.Passages[i]})
	}
	return pairs
}

func (t *Task) check() error {
	if len(t.Queries) == 0 || len(t.Queries) != len(t.Passages) {
		return fmt.Errorf("retrieval: %d queries and %d passages; as many of both are needed, at least one", len(t.Queries), len(t.Passages))
	}
	return nil
}
