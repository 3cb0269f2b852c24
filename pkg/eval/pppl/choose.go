package pppl

import (
	"cmp"
	"context"
	"fmt"
	"iter"
	"slices"

	"llmjp.internal/modernbert/pkg/corpus"
	"llmjp.internal/modernbert/pkg/encoder"
	"llmjp.internal/modernbert/pkg/result"
)

// choose gives the documents that are scored, in the order of the input: all,
// or so many a bin, first come in the order that the seed shuffles the texts
// into. A document that was cut is in no bin. notes say which bins lack some.
func (o Options) choose(ctx context.Context, e *encoder.Encoder, texts []corpus.Text, limit int) (docs []Document, notes []string, err error) {
	if o.only != nil {
		docs, err = o.all(ctx, e, texts, slices.Values(o.only), limit)
		return docs, nil, err
	}
	if o.PerBin == 0 {
		docs, err = o.all(ctx, e, texts, numbers(len(texts)), limit)
		return docs, nil, err
	}
	order := corpus.NewOrder(len(texts), o.Seed, 0)
	indices := func(yield func(int) bool) {
		for i := range numbers(len(texts)) {
			if !yield(order.At(i)) {
				return
			}
		}
	}
	found := make([]int, len(o.Bins))
	for d, err := range tokenized(e, texts, indices, limit) {
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			return nil, nil, err
		}
		bin := o.bin(d)
		if bin < 0 || found[bin] == o.PerBin {
			continue
		}
		found[bin]++
		if docs = append(docs, d); len(docs) == o.PerBin*len(o.Bins) {
			break
		}
	}
	slices.SortFunc(docs, func(a, b Document) int { return cmp.Compare(a.Index, b.Index) })
	for i, n := range found {
		if n == o.PerBin {
			continue
		}
		note := fmt.Sprintf("%d of %d documents of %s: the input has no more", n, o.PerBin, o.Bins[i])
		if o.Bins[i].To > limit {
			note += fmt.Sprintf(", texts are cut at %d", limit)
		}
		notes = append(notes, note)
	}
	if len(docs) == 0 {
		return nil, nil, fmt.Errorf("none of the %d texts falls into a bin (%d to %d tokens, texts are cut at %d)", len(texts), o.Bins[0].Above+1, o.Bins[len(o.Bins)-1].To, limit)
	}
	return docs, notes, nil
}

// all gives the documents of these indices.
func (o Options) all(ctx context.Context, e *encoder.Encoder, texts []corpus.Text, indices iter.Seq[int], limit int) (docs []Document, err error) {
	for d, err := range tokenized(e, texts, indices, limit) {
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			return nil, err
		}
		docs = append(docs, d)
	}
	return docs, nil
}

func numbers(n int) iter.Seq[int] {
	return func(yield func(int) bool) {
		for i := range n {
			if !yield(i) {
				return
			}
		}
	}
}

// bin returns the number of a document's length bin, -1 for none.
func (o Options) bin(d Document) int {
	if d.Cut || len(d.IDs) < shortest {
		return -1
	}
	return slices.IndexFunc(o.Bins, func(b result.LengthBin) bool { return b.Holds(len(d.IDs)) })
}
