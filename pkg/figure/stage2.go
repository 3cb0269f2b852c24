package figure

import (
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/plot/vg/draw"

	"llmjp.internal/modernbert/pkg/eval/finding"
	"llmjp.internal/modernbert/pkg/result"
)

// onlyOne is the reason for no comparison of two stage 2's, with the way to one.
const onlyOne = "the result has one stage 2 at most; pretrain a second one with --set rows=windows and measure both (scripts/modernbert pppl --model … --model … --result)"

// SecondStages draws two stage 2's side by side: the median pseudo-perplexity of
// each length bin with its quartiles, and the second over the first, document
// by document, with its 95 % interval.
func SecondStages(p *result.PseudoPerplexity) (*Figure, error) {
	one, two, bins, err := secondStages("stage2-lengths", p)
	if err != nil {
		return nil, err
	}
	return newFigure("stage2-lengths", DoubleColumn, func(style Style) (*sheet, error) {
		level := style.panel("Pseudo-perplexity", "Tokens of the document", "Median and quartiles")
		level.logY, level.Y.Marker = true, logTicks{}
		low, high := math.Inf(1), 0.0
		var keys []key
		for i, m := range []result.ModelScores{one, two} {
			c, shift := style.color(i), 0.16*(float64(i)-0.5)
			var medians xys
			for k, s := range finding.Bins(p, m) {
				if s.N == 0 {
					continue
				}
				x := float64(k) + shift
				medians = append(medians, xy{X: x, Y: s.Median})
				level.line(xys{{X: x, Y: s.Lower}, {X: x, Y: s.Upper}}, lineStyle(c, 0.8))
				low, high = math.Min(low, s.Lower), math.Max(high, s.Upper)
			}
			line := lineStyle(c, 1.2)
			level.curve(medians, line, shapes[i], 2.2)
			keys = append(keys, key{label: m.Label(), color: c, line: &line, shape: shapes[i]})
		}
		level.rangeY(low/1.1, high*1.1)

		ratio := style.panel("Second over first, the same documents", "Tokens of the document", "Ratio and 95 % interval")
		least, most := 1.0, 1.0
		var means xys
		for k, r := range bins {
			if r.N < 2 {
				continue
			}
			x := float64(k)
			means = append(means, xy{X: x, Y: r.Ratio})
			ratio.line(xys{{X: x, Y: r.Low}, {X: x, Y: r.High}}, lineStyle(ink, 1))
			least, most = math.Min(least, r.Low), math.Max(most, r.High)
		}
		ratio.Y.Min, ratio.Y.Max = span(least, most, 0.1)
		ratio.level(1, muted)
		ratio.marks(means, draw.BoxGlyph{}, ink, 2.2)
		for _, q := range []*panel{level, ratio} {
			q.X.Min, q.X.Max = -0.5, float64(len(p.Bins))-0.5
			q.X.Marker = binTicks(p.Bins)
			q.grid()
		}
		alt := fmt.Sprintf("Pseudo-perplexity by length of %s and %s.", one.Label(), two.Label())
		for _, r := range bins {
			if r.N > 1 {
				alt += fmt.Sprintf(" %s: ratio %.3g (%.3g to %.3g).", r.Bin, r.Ratio, r.Low, r.High)
			}
		}
		return &sheet{alt: alt, keys: keys, panels: []*panel{level, ratio}, columns: 2, aspect: 0.7}, nil
	})
}

// secondStages returns the two models and their ratios, or an error that says
// why there are none.
func secondStages(name string, p *result.PseudoPerplexity) (one, two result.ModelScores, bins []finding.BinRatio, err error) {
	if err := p.Validate(); err != nil {
		return one, two, nil, fmt.Errorf("%s: %w", name, err)
	}
	one, two, ok := finding.SecondStages(p)
	if !ok {
		return one, two, nil, NothingToDraw{name, onlyOne}
	}
	bins = finding.Ratios(p, one, two)
	if !slices.ContainsFunc(bins, func(r finding.BinRatio) bool { return r.N > 1 }) {
		return one, two, nil, NothingToDraw{name, fmt.Sprintf("%s and %s were not measured on the same documents", one.Label(), two.Label())}
	}
	return one, two, bins, nil
}

// binTicks names the bins of an axis that counts them from 0.
func binTicks(bins []result.LengthBin) at {
	a := at{format: func(x float64) string {
		b := bins[int(x)]
		return fmt.Sprintf("%d–%d", b.Above+1, b.To)
	}}
	for i := range bins {
		a.values = append(a.values, float64(i))
	}
	return a
}

// SecondStagesTable tabulates the same numbers.
func SecondStagesTable(p *result.PseudoPerplexity) (*Table, error) {
	one, two, bins, err := secondStages("stage2-table", p)
	if err != nil {
		return nil, err
	}
	t := &Table{
		Name: "stage2-table", Caption: "Two stage 2's by length of the document",
		Columns: append(left("Tokens"), right("Documents", "Median, "+one.Label(), "Median, "+two.Label(), "Ratio")...),
		Notes: append([]string{
			fmt.Sprintf("Ratio: the geometric mean, over the same documents, of the pseudo-perplexity of %s over that of %s, with its 95 %% interval (Student's t); bold: the interval excludes 1.", two.Label(), one.Label()),
			"The interval is over documents, of one run each: another seed of pretraining may differ by more.",
		}, notes(p.Provenance)...),
	}
	first, second := finding.Bins(p, one), finding.Bins(p, two)
	for i, r := range bins {
		median := func(s finding.BinSummary) string {
			if s.N == 0 {
				return nothing
			}
			return decimals(s.Median)
		}
		ratio := nothing
		if r.N > 1 {
			ratio = fmt.Sprintf("%.3f (%.3f to %.3f)", r.Ratio, r.Low, r.High)
		}
		cells := row(grouped(r.Bin.Above+1)+"–"+grouped(r.Bin.To), grouped(r.N), median(first[i]), median(second[i]), ratio)
		cells[4].Bold = r.Told()
		t.Rows = append(t.Rows, cells)
	}
	return t, nil
}
