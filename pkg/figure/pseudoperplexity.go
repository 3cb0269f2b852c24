package figure

import (
	"errors"
	"fmt"
	"image/color"
	"math"
	"slices"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"llmjp.internal/modernbert/pkg/eval/finding"
	"llmjp.internal/modernbert/pkg/result"
)

// PseudoPerplexity draws Figure 2: the pseudo-perplexity of each document
// against its length, a panel a model, with each bin's median. The axis is cut
// at 20 as in the paper; where more than a quarter of the documents lie above,
// it is logarithmic and shows them all. Grey boxes are where the released
// model's cloud lies in the paper's figure.
func PseudoPerplexity(p *result.PseudoPerplexity) (*Figure, error) {
	if err := p.Validate(); err != nil {
		return nil, fmt.Errorf("pseudo-perplexity: %w", err)
	}
	low, high, all, above := math.Inf(1), 0.0, 0, 0
	for _, m := range p.Models {
		for _, d := range m.Documents {
			low, high = math.Min(low, d.PPPL), math.Max(high, d.PPPL)
			all++
			if d.PPPL > result.PaperPPPLMax {
				above++
			}
		}
	}
	logarithmic := 4*above > all
	return newFigure("pseudo-perplexity", DoubleColumn, func(style Style) (*sheet, error) {
		var panels []*panel
		for i, m := range p.Models {
			q := style.panel(m.Label(), "Sequence length (tokens)", "Pseudo-perplexity")
			if logarithmic {
				q.logY, q.Y.Marker = true, logTicks{}
				q.rangeY(math.Min(low/1.2, 1.8), high*1.4)
			} else {
				q.rangeY(0, result.PaperPPPLMax)
			}
			q.X.Min, q.X.Max = 0, 1.03*float64(p.Bins[len(p.Bins)-1].To+1) // marks at the end stay inside
			q.X.Marker = lengthTicks(p.Bins)
			q.grid()
			for _, b := range result.PaperFigure2() {
				q.paint(func(c draw.Canvas, x, y func(float64) vg.Length) {
					box(c, faint, x(float64(b.From)), y(b.Low), x(float64(b.To)), y(b.High))
				})
			}
			q.documents(m, style.color(i))
			for _, s := range finding.Bins(p, m) {
				if s.N > 0 {
					q.line(xys{{X: float64(s.Bin.Above), Y: s.Median}, {X: float64(s.Bin.To), Y: s.Median}}, lineStyle(ink, 1.4))
				}
			}
			panels = append(panels, q)
		}
		median := lineStyle(ink, 1.4)
		keys := []key{
			{label: "a document", color: fade(muted, 0.7), shape: draw.CircleGlyph{}},
			{label: "median of the bin", line: &median},
			{label: "paper: released model's cloud, read by eye", color: faint, fill: true},
		}
		return &sheet{alt: perplexityAlt(p), keys: keys, panels: panels, columns: 3, aspect: 0.65, once: true, shared: true}, nil
	})
}

// documents draws the cloud, and says how many documents lie above the frame.
func (p *panel) documents(m result.ModelScores, c color.NRGBA) {
	var points xys
	above := 0
	for _, d := range m.Documents {
		points = append(points, xy{X: float64(d.Length), Y: d.PPPL})
		if scaled(p.logY, d.PPPL) > p.Y.Max {
			above++
		}
	}
	p.marks(points, draw.CircleGlyph{}, fade(c, 0.5), 1.4)
	if above > 0 {
		p.note = fmt.Sprintf("%d above", above)
	}
}

// lengthTicks marks the edges of the bins.
func lengthTicks(bins []result.LengthBin) at {
	edges := []float64{float64(bins[0].Above)}
	for _, b := range bins {
		edges = append(edges, float64((b.To+1)/2*2)) // the open end 8191 is marked 8192
	}
	return at{values: edges, format: whole}
}

func perplexityAlt(p *result.PseudoPerplexity) string {
	alt := "Pseudo-perplexity against document length."
	for _, m := range p.Models {
		alt += " " + m.Label() + ": medians"
		for _, s := range finding.Bins(p, m) {
			if s.N > 0 {
				alt += fmt.Sprintf(" %.1f up to %d tokens (%d documents)", s.Median, s.Bin.To, s.N)
			}
		}
		alt += "."
	}
	return alt
}

// LengthHistogram draws Appendix A: how long the documents of Figure 2 are. The
// models' documents differ where their tokenizers do; models with the same
// lengths share a panel.
func LengthHistogram(p *result.PseudoPerplexity) (*Figure, error) {
	if err := p.Validate(); err != nil {
		return nil, fmt.Errorf("length-histogram: %w", err)
	}
	return newFigure("length-histogram", DoubleColumn, func(style Style) (*sheet, error) {
		const bins = 50
		var panels []*panel
		var seen [][]float64
		for _, m := range p.Models {
			lengths := make([]float64, len(m.Documents))
			for i, d := range m.Documents {
				lengths[i] = float64(d.Length)
			}
			if k := slices.IndexFunc(seen, func(other []float64) bool { return slices.Equal(other, lengths) }); k >= 0 {
				panels[k].title += ", " + m.Label()
				continue
			}
			seen = append(seen, lengths)
			q := style.panel(m.Label(), "Sequence length (tokens)", "Documents")
			heights, edges := histogram(lengths, bins)
			q.X.Min, q.X.Max = 0, float64(p.Bins[len(p.Bins)-1].To+1)
			q.X.Marker = lengthTicks(p.Bins)
			q.Y.Min, q.Y.Max = 0, 1.05*maximum(heights)
			q.Y.Marker = ticks{about: 4}
			q.grid()
			q.bars(heights, edges, style.color(len(seen)-1), 1)
			panels = append(panels, q)
		}
		if len(panels) == 0 {
			return nil, errors.New("length-histogram: no documents")
		}
		if len(panels) == 1 { // one set of documents for all: no title needed
			panels[0].title = ""
		}
		return &sheet{alt: "Histogram of the lengths of the documents under the pseudo-perplexity.", panels: panels, columns: 3, aspect: 0.6, once: true}, nil
	})
}
