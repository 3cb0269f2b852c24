package figure

import (
	"errors"
	"fmt"
	"image/color"
	"io/fs"
	"math"
	"strings"
	"testing"

	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/vgimg"
)

// A textRecorder is a canvas that records the box of every line of text: of
// its ink, as the outlines have it.
type textRecorder struct {
	vg.CanvasSizer
	found []textBox
}

type textBox struct {
	words string
	ink   vg.Rectangle
}

func (r *textRecorder) setText(glyphs []placed, f font.Font, _ color.Color, at vg.Point, rotation float64) {
	b := textBox{ink: vg.Rectangle{Min: vg.Point{X: vg.Length(math.Inf(1)), Y: vg.Length(math.Inf(1))}, Max: vg.Point{X: vg.Length(math.Inf(-1)), Y: vg.Length(math.Inf(-1))}}}
	sin, cos := math.Sincos(rotation)
	for _, g := range glyphs {
		b.words += string(g.letter)
		for _, part := range moved(g.face.outline(g.index), f.Size, vg.Point{X: g.x}) {
			for _, p := range append([]vg.Point{part.Pos}, part.Control...) {
				x := at.X + p.X*vg.Length(cos) - p.Y*vg.Length(sin)
				y := at.Y + p.X*vg.Length(sin) + p.Y*vg.Length(cos)
				b.ink.Min.X, b.ink.Max.X = min(b.ink.Min.X, x), max(b.ink.Max.X, x)
				b.ink.Min.Y, b.ink.Max.Y = min(b.ink.Min.Y, y), max(b.ink.Max.Y, y)
			}
		}
	}
	if strings.TrimSpace(b.words) != "" {
		r.found = append(r.found, b)
	}
}

// faults lists what is wrong with a figure's text.
func faults(f *Figure) (out []string, lines int) {
	r := &textRecorder{CanvasSizer: vgimg.New(f.Width, f.Height)}
	if err := f.paint(r); err != nil {
		return []string{err.Error()}, 0
	}
	for i, a := range r.found {
		if a.ink.Min.X < 0 || a.ink.Min.Y < 0 || a.ink.Max.X > f.Width || a.ink.Max.Y > f.Height {
			out = append(out, fmt.Sprintf("%q is cut at the edge: %.1f of %.1f x %.1f", a.words, a.ink, f.Width, f.Height))
		}
		for _, b := range r.found[:i] {
			if overlap(a.ink, b.ink) > 0 {
				out = append(out, fmt.Sprintf("%q lies over %q", a.words, b.words))
			}
		}
	}
	return out, len(r.found)
}

// No figure has text that is cut or lies over other text, in one column and in
// two, in small and in large letters.
func TestTextHasRoom(t *testing.T) {
	made := figures(t)
	for i, f := range append(made, committed(t)...) {
		styles := []Style{{Width: 3.35 * vg.Inch}, {Width: 7 * vg.Inch}}
		if i < len(made) {
			styles = append(styles, Style{}, Style{Width: 3.35 * vg.Inch, FontSize: 10}, Style{Width: 7 * vg.Inch, FontSize: 6})
		}
		for _, style := range styles {
			t.Run(fmt.Sprintf("%s/%.4gin/%gpt", f.Name, style.Width/vg.Inch, style.FontSize), func(t *testing.T) {
				g, err := f.With(style)
				if err != nil {
					t.Fatal(err)
				}
				if style.Width > 0 && math.Abs(float64(g.Width-style.Width)) > 1e-6 {
					t.Errorf("the figure is %.4g in wide", g.Width/vg.Inch)
				}
				wrong, lines := faults(g)
				for _, w := range wrong {
					t.Error(w)
				}
				if lines < 3 {
					t.Errorf("only %d lines of text were recorded", lines)
				}
			})
		}
	}
}

// committed returns every figure of the catalogue from the committed results.
func committed(t *testing.T) (out []*Figure) {
	t.Helper()
	for _, e := range Catalog() {
		d, err := e.Draw("../../figures/data")
		var nothing NothingToDraw
		if errors.As(err, &nothing) || errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		if f, ok := d.(*Figure); ok {
			f.Name = "committed " + f.Name
			out = append(out, f)
		}
	}
	return out
}

// The frames of a grid are equally wide and high, those of a column begin at
// the same place, and none overlaps another or leaves the page.
func TestFramesAreAligned(t *testing.T) {
	for _, width := range []vg.Length{3.35 * vg.Inch, 5 * vg.Inch, 7 * vg.Inch} {
		style := Style{Width: width}
		for _, s := range []*sheet{curveSheet(style, sampleCurve(), nil), similaritySheet(style, sampleSimilarity(), false), similaritySheet(style, sampleSimilarity(), true)} {
			l, err := s.lay(style)
			if err != nil {
				t.Fatal(err)
			}
			starts := map[int]bool{}
			first := l.frames[0].Size()
			for i, f := range l.frames {
				starts[int(math.Round(float64(f.Min.X)*100))] = true
				if size := f.Size(); math.Abs(float64(size.X-first.X)) > 1e-9 || math.Abs(float64(size.Y-first.Y)) > 1e-9 {
					t.Errorf("frame %d is %.2f, the first %.2f", i, size, first)
				}
				if f.Min.X < 0 || f.Min.Y < 0 || f.Max.X > l.width || f.Max.Y > l.height {
					t.Errorf("frame %d leaves the page: %.1f", i, f)
				}
				for _, g := range l.frames[:i] {
					if overlap(f, g) > 0 {
						t.Errorf("frame %d lies over another", i)
					}
				}
			}
			if len(starts) > s.columns {
				t.Errorf("%d columns begin at %d places", s.columns, len(starts))
			}
		}
	}
}

func TestStyle(t *testing.T) {
	f, err := TrainingCurve(sampleCurve())
	if err != nil {
		t.Fatal(err)
	}
	g, err := f.With(Style{Width: 3 * vg.Inch, Height: 2 * vg.Inch, FontSize: 6, Panels: []string{"Validation loss"},
		Words: map[string]string{"Validation loss": "", "Step": "歩", "training loss": ""}, Colors: []color.Color{color.Black}})
	if err != nil {
		t.Fatal(err)
	}
	if g.Width != 3*vg.Inch || math.Abs(float64(g.Height-2*vg.Inch)) > 1e-9 {
		t.Errorf("the size is %v x %v", g.Width, g.Height)
	}
	r := &textRecorder{CanvasSizer: vgimg.New(g.Width, g.Height)}
	if err := g.paint(r); err != nil {
		t.Fatal(err)
	}
	all := fmt.Sprint(r.found)
	for word, want := range map[string]bool{"歩": true, "Step": false, "Validation": false, "training loss": false, "nats": true, "Share": false, "Recall": false} {
		if strings.Contains(all, word) != want {
			t.Errorf("%q is drawn: %v, in %s", word, !want, all)
		}
	}
	svg, err := g.SVG()
	if err != nil || strings.Contains(string(svg), "#0072B2") {
		t.Errorf("the house's blue is still there (%v)", err)
	}
	for want, style := range map[string]Style{
		`no panel "Loss": the panels are ["Validation loss"`:     {Panels: []string{"Loss"}},
		`no words "Steps": the words are`:                        {Words: map[string]string{"Steps": "x"}},
		"width -72 in is not":                                    {Width: -72 * vg.Inch},
		"width NaN in":                                           {Width: vg.Length(math.NaN())},
		"width 0.3 in leaves no room beside the labels: make it": {Width: 0.3 * vg.Inch},
		"height 0.2 in leaves no room beside the labels":         {Height: 0.2 * vg.Inch},
		"font size 200 is not between":                           {FontSize: 200},
	} {
		if _, err := f.With(style); err == nil || !strings.Contains(err.Error(), "training-curve: "+want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("error %v, want %q in one line", err, want)
		}
	}
	// what an error says suffices
	_, err = f.With(Style{Width: 0.3 * vg.Inch})
	var inches float64
	if _, e := fmt.Sscanf(err.Error()[strings.Index(err.Error(), "make it"):], "make it %g in", &inches); e != nil {
		t.Fatal(e)
	}
	if _, err := f.With(Style{Width: vg.Length(inches+0.01) * vg.Inch}); err != nil {
		t.Error(err)
	}
}

func TestParseLength(t *testing.T) {
	for s, want := range map[string]vg.Length{"3.35in": 3.35 * vg.Inch, "25.4mm": vg.Inch, "2.54cm": vg.Inch, "72pt": vg.Inch} {
		if got, err := ParseLength(s); err != nil || math.Abs(float64(got-want)) > 1e-9 {
			t.Errorf("%s: %v, %v", s, got, err)
		}
	}
	for _, s := range []string{"", "0", "0in", "-3in", "wide", "3 feet", "NaNin", "Infin", "1e9in"} {
		if got, err := ParseLength(s); err == nil {
			t.Errorf("%q is read as %v", s, got)
		}
	}
}

func TestWrap(t *testing.T) {
	s := textStyle(10, ink)
	for words, want := range map[string]string{"": "", "one two": "one\ntwo", "日本語の題": "日本\n語の\n題", "京都。": "京\n都。", "unbreakable": "unbreakable", "a\nb": "a\nb"} {
		if got := wrap(s, words, 25); got != want {
			t.Errorf("%q: %q, want %q", words, got, want)
		}
	}
}
