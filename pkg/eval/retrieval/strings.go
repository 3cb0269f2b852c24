package retrieval

import (
	"context"
	"fmt"
	"unicode/utf8"

	"llmjp.internal/modernbert/pkg/eval/metric"
)

// Unit is what the Jaccard similarity takes a text for a set of.
type Unit string

const (
	Words Unit = "word" // pieces between white space: Japanese texts have few
	Chars Unit = "char" // code points
)

// ParseUnit reads a unit by its name.
func ParseUnit(name string) (Unit, error) {
	switch u := Unit(name); u {
	case Words, Chars:
		return u, nil
	}
	return "", fmt.Errorf("unit %q is neither %s nor %s", name, Words, Chars)
}

// editRows is how many queries' distances are held at once.
const editRows = 128

// Edit ranks the passages by their Levenshtein distance in code points, not
// normalised, the least first. progress, if not nil, is told the queries done.
func (t *Task) Edit(ctx context.Context, progress func(done, total int)) (Scores, error) {
	return t.edit(ctx, progress, func(int, int) float64 { return 1 })
}

// EditShare ranks as Edit does, with each distance divided by the length of
// the longer text, which removes the preference for passages as long as the
// query. The distance of two empty texts is 0.
func (t *Task) EditShare(ctx context.Context, progress func(done, total int)) (Scores, error) {
	return t.edit(ctx, progress, func(query, passage int) float64 { return float64(max(query, passage, 1)) })
}

// edit divides each distance by a function of the lengths of the two texts.
func (t *Task) edit(ctx context.Context, progress func(done, total int), by func(query, passage int) float64) (Scores, error) {
	if err := t.check(); err != nil {
		return Scores{}, err
	}
	lengths := make([]int, t.Len())
	for i, p := range t.Passages {
		lengths[i] = utf8.RuneCountInString(p)
	}
	texts := metric.NewTexts(t.Passages)
	ranks := make([]int, 0, t.Len())
	scores := make([]float64, t.Len())
	for from := 0; from < t.Len(); from += editRows {
		for _, distances := range texts.Distances(t.Queries[from:min(from+editRows, t.Len())]) {
			length := utf8.RuneCountInString(t.Queries[len(ranks)])
			for i, d := range distances {
				scores[i] = -float64(d) / by(length, lengths[i])
			}
			ranks = append(ranks, metric.Rank(scores, len(ranks)))
		}
		if err := ctx.Err(); err != nil {
			return Scores{}, err
		}
		if progress != nil {
			progress(len(ranks), t.Len())
		}
	}
	return NewScores(ranks), nil
}

// Jaccard ranks the passages by |A∩B| / |A∪B| of the texts' sets of units, 0
// for two empty sets.
func (t *Task) Jaccard(ctx context.Context, unit Unit) (Scores, error) {
	if err := t.check(); err != nil {
		return Scores{}, err
	}
	if _, err := ParseUnit(string(unit)); err != nil {
		return Scores{}, err
	}
	pieces := metric.Words
	if unit == Chars {
		pieces = metric.Chars
	}
	lists := make([][]string, t.Len())
	for i, p := range t.Passages {
		lists[i] = pieces(p)
	}
	sets := metric.NewSets(lists)
	ranks := make([]int, t.Len())
	for i, q := range t.Queries {
		if err := ctx.Err(); err != nil {
			return Scores{}, err
		}
		ranks[i] = metric.Rank(sets.Similarities(pieces(q)), i)
	}
	return NewScores(ranks), nil
}
