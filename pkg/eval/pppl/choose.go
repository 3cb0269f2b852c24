package pppl

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"llmjp.internal/modernbert/pkg/corpus"
	"llmjp.internal/modernbert/pkg/encoder"
	"llmjp.internal/modernbert/pkg/result"
)

// choose gives the documents that are scored, in the order of the input: all,
// or so many a bin, first come in the order that the seed shuffles the texts
// into. A document that was cut is in no bin. notes say which bins lack some.
func (o Options) choose(ctx context.Context, e *encoder.Encoder, texts []corpus.Text, limit int) (docs []Document, notes []string, err error) {
	perBin := o.PerBin > 0 && o.only == nil
	indices := o.only
	if indices == nil {
		for i := range texts {
			indices = append(indices, i)
		}
	}
	if perBin {
		order := corpus.NewOrder(len(texts), o.Seed, 0)
		for i := range indices {
			indices[i] = order.At(i)
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
		if !perBin {
			docs = append(docs, d)
			continue
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
	if !perBin {
		return docs, nil, nil
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

// bin returns the number of a document's length bin, -1 for none.
func (o Options) bin(d Document) int {
	if d.Cut || len(d.IDs) < shortest {
		return -1
	}
	return slices.IndexFunc(o.Bins, func(b result.LengthBin) bool { return b.Holds(len(d.IDs)) })
}
