package figure

import (
	"errors"
	"fmt"
	"image/color"
	"math"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"llmjp.internal/modernbert/pkg/result"
)

// PaperPPPLMax is where the paper cuts the axis of Figure 2.
const PaperPPPLMax = 20

// PseudoPerplexity is Figure 2: the pseudo-perplexity of each document
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
			if d.PPPL > PaperPPPLMax {
				above++
			}
		}
	}
	logarithmic := 4*above > all
	var panels []*panel
	for i, m := range p.Models {
		q := newPanel(m.Label(), "Sequence length (tokens)", "Pseudo-perplexity")
		if logarithmic {
			q.logY, q.Y.Tick.Marker = true, logTicks{}
			q.rangeY(math.Min(low/1.2, 1.8), high*1.2)
		} else {
			q.rangeY(0, PaperPPPLMax)
		}
		q.X.Min, q.X.Max = 0, float64(p.Bins[len(p.Bins)-1].To+1)
		q.X.Tick.Marker = lengthTicks(p.Bins)
		q.grid()
		for _, b := range result.PaperFigure2() {
			q.paint(func(c draw.Canvas, x, y func(float64) vg.Length) {
				box(c, faint, x(float64(b.From)), y(b.Low), x(float64(b.To)), y(b.High))
			})
		}
		q.documents(m, seriesColor(i))
		for _, s := range p.Summary(m) {
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
	columns := min(len(panels), 3)
	rows := tile(panels, columns)
	return &Figure{
		Name: "pseudo-perplexity", Alt: perplexityAlt(p),
		Width: widthOf(columns), Height: vg.Length(len(rows))*2.1*vg.Inch + 0.3*vg.Inch,
		draw: func(c draw.Canvas) { drawPanels(drawKeys(inner(c), keys, 0), rows) },
	}, nil
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
		p.paint(func(dc draw.Canvas, _, _ func(float64) vg.Length) {
			write(dc, textStyle(smallSize, muted), vg.Point{X: dc.Max.X, Y: dc.Max.Y + 2}, 1, 0, fmt.Sprintf("%d above", above))
		})
	}
}

// lengthTicks marks the edges of the bins, with words where there is room.
func lengthTicks(bins []result.LengthBin) at {
	edges := []float64{float64(bins[0].Above)}
	for _, b := range bins {
		edges = append(edges, float64((b.To+1)/2*2)) // the open end 8191 is marked 8192
	}
	last := edges[len(edges)-1]
	return at{values: edges, format: func(x float64) string {
		for _, e := range edges { // the next edge's words need the room of this one's
			if e > x && e-x < last/6 && x > 0 {
				return ""
			}
		}
		return whole(x)
	}}
}

// widthOf is a single column for one panel, a double one for more.
func widthOf(columns int) vg.Length {
	if columns == 1 {
		return SingleColumn
	}
	return DoubleColumn
}

func perplexityAlt(p *result.PseudoPerplexity) string {
	alt := "Pseudo-perplexity against document length."
	for _, m := range p.Models {
		alt += " " + m.Label() + ": medians"
		for _, s := range p.Summary(m) {
			if s.N > 0 {
				alt += fmt.Sprintf(" %.1f up to %d tokens (%d documents)", s.Median, s.Bin.To, s.N)
			}
		}
		alt += "."
	}
	return alt
}

// LengthHistogram is Appendix A: how long the documents of Figure 2 are. The
// models' documents differ where their tokenizers do; models with the same
// lengths share a panel.
func LengthHistogram(p *result.PseudoPerplexity) (*Figure, error) {
	if err := p.Validate(); err != nil {
		return nil, fmt.Errorf("length-histogram: %w", err)
	}
	const bins = 50
	var panels []*panel
	var seen [][]float64
	for _, m := range p.Models {
		lengths := make([]float64, len(m.Documents))
		for i, d := range m.Documents {
			lengths[i] = float64(d.Length)
		}
		if k := sameAs(seen, lengths); k >= 0 {
			panels[k].title += ", " + m.Label()
			continue
		}
		seen = append(seen, lengths)
		q := newPanel(m.Label(), "Sequence length (tokens)", "Documents")
		heights, edges := histogram(lengths, bins)
		q.X.Min, q.X.Max = 0, float64(p.Bins[len(p.Bins)-1].To+1)
		q.X.Tick.Marker = lengthTicks(p.Bins)
		q.Y.Min, q.Y.Max = 0, 1.05*maximum(heights)
		q.Y.Tick.Marker = ticks{about: 4}
		q.grid()
		q.bars(heights, edges, seriesColor(len(seen)-1), 1)
		panels = append(panels, q)
	}
	if len(panels) == 0 {
		return nil, errors.New("length-histogram: no documents")
	}
	if len(panels) == 1 { // one set of documents for all: no title needed
		panels[0].title = ""
	}
	columns := min(len(panels), 3)
	rows := tile(panels, columns)
	return &Figure{
		Name: "length-histogram", Alt: "Histogram of the lengths of the documents under the pseudo-perplexity.",
		Width: widthOf(columns), Height: vg.Length(len(rows)) * 2.1 * vg.Inch,
		draw: func(c draw.Canvas) { drawPanels(inner(c), rows) },
	}, nil
}

func sameAs(sets [][]float64, xs []float64) int {
next:
	for k, s := range sets {
		if len(s) != len(xs) {
			continue
		}
		for i := range s {
			if s[i] != xs[i] {
				continue next
			}
		}
		return k
	}
	return -1
}
