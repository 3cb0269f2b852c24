package figure

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"llmjp.internal/modernbert/pkg/eval/metric"
	"llmjp.internal/modernbert/pkg/result"
)

// similarityBins is the number of bins of each histogram of Figure 4.
const similarityBins = 50

// Similarity draws Figure 4: histograms of the squared distances 2-2cos of
// random and of positive pairs, each in 50 bins over its own range, with a
// Gaussian kernel density (Scott's rule) scaled to the counts; a panel a model.
// Each distance has its cosine below. On the last checkpoint of stage 2
// triangles mark the modes of the paper's released model.
func Similarity(s *result.Similarity) (*Figure, error) { return similarity("similarity", s, false) }

// SimilarityZoom draws Figure 4 with axes of its own for every panel, for
// models whose embeddings lie so near each other that the paper's axis from 0
// to 2 shows a line.
func SimilarityZoom(s *result.Similarity) (*Figure, error) {
	return similarity("similarity-zoom", s, true)
}

func similarity(name string, s *result.Similarity, zoom bool) (*Figure, error) {
	if err := s.Validate(); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return newFigure(name, DoubleColumn, func(style Style) (*sheet, error) { return similaritySheet(style, s, zoom), nil })
}

func similaritySheet(style Style, s *result.Similarity, zoom bool) *sheet {
	final := lastOfStage2(s)
	columns := 4
	if n := len(s.Models); n == 5 || n == 6 {
		columns = 3
	}
	var panels []*panel
	top, far, marked := 0.0, 2.0, false
	alt := "Squared distances of random and positive pairs."
	for i, m := range s.Models {
		p := style.panel(m.Label(), "Squared distance (cosine)", "Pairs")
		p.grid()
		high, right := p.distances(m)
		if i == final && (!zoom || right >= result.PaperFigure4Random) {
			p.paperModes()
			marked = true
		}
		top, far = math.Max(top, high), math.Max(far, right)
		p.X.Min, p.X.Max, p.Y.Min, p.Y.Max = 0, right, 0, high
		alt += fmt.Sprintf(" %s: means %.3f and %.3f.", m.Label(), stat.Mean(metric.Float64s(m.Random), nil), stat.Mean(metric.Float64s(m.Positive), nil))
		panels = append(panels, p)
	}
	for _, p := range panels {
		if !zoom {
			p.X.Max, p.Y.Max = far, top
		}
		p.X.Marker = ticks{about: 5, format: withCosine}
		p.Y.Max *= 1.12
	}
	keys := []key{{label: "random pairs", color: fade(style.color(0), 0.5), fill: true}, {label: "positive pairs", color: fade(style.color(1), 0.5), fill: true}}
	if marked {
		keys = append(keys, key{label: "paper: modes of the released model, read by eye", color: ink, shape: downGlyph{}})
	}
	return &sheet{alt: alt, keys: keys, panels: panels, columns: columns, aspect: 0.75, once: true, shared: !zoom}
}

// lastOfStage2 returns the index of the last checkpoint of stage 2, -1 for none.
func lastOfStage2(s *result.Similarity) int {
	final := -1
	for i, m := range s.Models {
		if m.Stage == 2 {
			final = i
		}
	}
	return final
}

// distances draws a model's two histograms, and returns the greatest height
// and distance.
func (p *panel) distances(m result.PairDistances) (top, far float64) {
	for k, series := range [][]float32{m.Random, m.Positive} {
		values := metric.Float64s(series)
		heights, edges := histogram(values, similarityBins)
		p.bars(heights, edges, p.style.color(k), 0.4)
		p.line(densityLine(values, edges), lineStyle(p.style.color(k), 1.1))
		top, far = math.Max(top, maximum(heights)), math.Max(far, edges[len(edges)-1])
	}
	return top, far
}

func (p *panel) paperModes() {
	p.paint(func(c draw.Canvas, x, _ func(float64) vg.Length) {
		for k, mode := range []float64{result.PaperFigure4Random, result.PaperFigure4Positive} {
			c.DrawGlyph(draw.GlyphStyle{Color: p.style.color(k), Radius: 2.5, Shape: downGlyph{}}, vg.Point{X: x(mode), Y: c.Max.Y - 3})
		}
	})
}

// A downGlyph is a triangle that points down.
type downGlyph struct{}

func (downGlyph) DrawGlyph(c *draw.Canvas, s draw.GlyphStyle, at vg.Point) {
	r := s.Radius
	c.FillPolygon(s.Color, []vg.Point{{X: at.X - r, Y: at.Y + r}, {X: at.X + r, Y: at.Y + r}, {X: at.X, Y: at.Y - r}})
}

// withCosine writes a squared distance with its cosine below.
func withCosine(x float64) string { return fmt.Sprintf("%.3g\n(%.4g)", x, 1-x/2) }
