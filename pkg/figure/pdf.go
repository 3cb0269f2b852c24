package figure

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"math"
	"time"

	"codeberg.org/go-pdf/fpdf"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/vg"

	fonts "llmjp.internal/modernbert/pkg/figure/font"
)

// PDF returns the figure as a page of its size, with the fonts embedded as far
// as their letters are used: text can be selected and searched, Japanese too.
//
// gonum's vgpdf encodes text as Windows-1252, which has no Japanese, and shares
// no access to its document; therefore this file draws on fpdf, vgpdf's own
// base.
func (f *Figure) PDF() ([]byte, error) {
	c := newPDF(f.Width, f.Height)
	if err := f.paint(c); err != nil {
		return nil, err
	}
	c.doc.SetTitle(f.Alt, true)
	c.doc.TransformEnd()
	var out bytes.Buffer
	if err := c.doc.Output(&out); err != nil {
		return nil, fmt.Errorf("figure %s: %w", f.Name, err)
	}
	return out.Bytes(), nil
}

// A pdfCanvas draws on a page of a PDF.
type pdfCanvas struct {
	doc           *fpdf.Fpdf
	width, height vg.Length
	line          vg.Length
	images        int
}

func newPDF(width, height vg.Length) *pdfCanvas {
	doc := fpdf.NewCustom(&fpdf.InitType{UnitStr: "pt", Size: fpdf.SizeType{Wd: float64(width), Ht: float64(height)}})
	doc.SetMargins(0, 0, 0)
	doc.SetAutoPageBreak(false, 0)
	doc.SetCatalogSort(true) // the same figure gives the same bytes
	doc.SetCreationDate(time.Unix(0, 0).UTC())
	doc.SetModificationDate(time.Unix(0, 0).UTC())
	doc.AddUTF8FontFromBytes("noto", "", fonts.Regular)
	doc.AddUTF8FontFromBytes("noto", "B", fonts.BoldLatin)
	doc.AddPage()
	doc.TransformBegin() // a PDF's y goes down in fpdf
	doc.TransformTranslate(0, float64(height))
	doc.TransformScale(100, -100, 0, 0)
	c := &pdfCanvas{doc: doc, width: width, height: height}
	vg.Initialize(c)
	return c
}

func (c *pdfCanvas) Size() (width, height vg.Length) { return c.width, c.height }

func (c *pdfCanvas) SetLineWidth(w vg.Length) {
	c.line = w
	c.doc.SetLineWidth(float64(w))
}

func (c *pdfCanvas) SetLineDash(pattern []vg.Length, offset vg.Length) {
	lengths := make([]float64, len(pattern))
	for i, l := range pattern {
		lengths[i] = float64(l)
	}
	c.doc.SetDashPattern(lengths, float64(offset))
}

func (c *pdfCanvas) SetColor(to color.Color) {
	if to == nil {
		to = color.Black
	}
	n := color.NRGBAModel.Convert(to).(color.NRGBA)
	r, g, b := int(n.R), int(n.G), int(n.B)
	c.doc.SetFillColor(r, g, b)
	c.doc.SetDrawColor(r, g, b)
	c.doc.SetTextColor(r, g, b)
	c.doc.SetAlpha(float64(n.A)/255, "Normal")
}

func (c *pdfCanvas) Rotate(angle float64)  { c.doc.TransformRotate(-angle*180/math.Pi, 0, 0) }
func (c *pdfCanvas) Translate(by vg.Point) { c.doc.TransformTranslate(float64(by.X), float64(by.Y)) }
func (c *pdfCanvas) Scale(x, y float64)    { c.doc.TransformScale(x*100, y*100, 0, 0) }
func (c *pdfCanvas) Push()                 { c.doc.TransformBegin() }
func (c *pdfCanvas) Pop()                  { c.doc.TransformEnd() }

func (c *pdfCanvas) Fill(p vg.Path) { c.path(p, "F") }

func (c *pdfCanvas) Stroke(p vg.Path) {
	if c.line > 0 {
		c.path(p, "D")
	}
}

func (c *pdfCanvas) path(p vg.Path, style string) {
	for _, s := range p {
		x, y := float64(s.Pos.X), float64(s.Pos.Y)
		control := func(i int) (x, y float64) { return float64(s.Control[i].X), float64(s.Control[i].Y) }
		switch s.Type {
		case vg.MoveComp:
			c.doc.MoveTo(x, y)
		case vg.LineComp:
			c.doc.LineTo(x, y)
		case vg.ArcComp:
			c.arc(s)
		case vg.CurveComp:
			x1, y1 := control(0)
			if len(s.Control) == 1 {
				c.doc.CurveTo(x1, y1, x, y)
			} else {
				x2, y2 := control(1)
				c.doc.CurveBezierCubicTo(x1, y1, x2, y2, x, y)
			}
		case vg.CloseComp:
			c.doc.ClosePath()
		}
	}
	c.doc.DrawPath(style)
}

// arc adds a circle's arc as cubic curves of at most a quarter each, which
// lie within 0.03 % of the radius from it.
func (c *pdfCanvas) arc(s vg.PathComp) {
	n := max(1, int(math.Ceil(math.Abs(s.Angle)/(math.Pi/2))))
	step := s.Angle / float64(n)
	k := 4.0 / 3 * math.Tan(step/4)
	r := float64(s.Radius)
	at := func(angle float64) (x, y, sin, cos float64) {
		sin, cos = math.Sincos(angle)
		return float64(s.Pos.X) + r*cos, float64(s.Pos.Y) + r*sin, sin, cos
	}
	x0, y0, sin0, cos0 := at(s.Start)
	c.doc.LineTo(x0, y0)
	for i := range n {
		x1, y1, sin1, cos1 := at(s.Start + step*float64(i+1))
		c.doc.CurveBezierCubicTo(x0-k*r*sin0, y0+k*r*cos0, x1+k*r*sin1, y1-k*r*cos1, x1, y1)
		x0, y0, sin0, cos0 = x1, y1, sin1, cos1
	}
}

// setText sets a line in pieces: a new one begins where the font changes and
// where kerning moves a letter.
func (c *pdfCanvas) setText(glyphs []placed, f font.Font, col color.Color, at vg.Point, rotation float64) {
	c.Push()
	defer c.Pop()
	c.SetColor(col)
	c.Translate(at)
	c.Rotate(rotation)
	c.Scale(1, -1)
	const tight = 1e-6
	for from := 0; from < len(glyphs); {
		first := glyphs[from]
		words, end := "", first.x
		to := from
		for ; to < len(glyphs) && glyphs[to].face == first.face && glyphs[to].thick == first.thick && math.Abs(float64(glyphs[to].x-end)) < tight; to++ {
			words += string(glyphs[to].letter)
			end += glyphs[to].face.advance(glyphs[to].index) * f.Size
		}
		style := ""
		if first.face == faces().bold {
			style = "B"
		}
		c.doc.SetFont("noto", style, float64(f.Size))
		if first.thick {
			c.doc.SetLineWidth(float64(f.Size) * boldStroke)
			c.doc.SetTextRenderingMode(2) // fill and stroke
		}
		c.doc.Text(float64(first.x), 0, words)
		if first.thick {
			c.doc.SetTextRenderingMode(0)
			c.doc.SetLineWidth(float64(c.line))
		}
		from = to
	}
}

// FillString draws the text of gonum's own handlers, which figures do not use.
func (c *pdfCanvas) FillString(f font.Face, at vg.Point, words string) {
	glyphs, _ := place(words, f.Font)
	c.setText(glyphs, f.Font, color.Black, at, 0)
}

func (c *pdfCanvas) DrawImage(r vg.Rectangle, img image.Image) {
	var content bytes.Buffer
	if err := png.Encode(&content, img); err != nil {
		panic(err) // paint returns it
	}
	c.images++
	name, options := fmt.Sprintf("image-%d", c.images), fpdf.ImageOptions{ImageType: "png"}
	c.doc.RegisterImageOptionsReader(name, options, &content)
	c.Push()
	defer c.Pop()
	c.Translate(vg.Point{X: r.Min.X, Y: r.Max.Y})
	c.Scale(1, -1)
	c.doc.ImageOptions(name, 0, 0, float64(r.Size().X), float64(r.Size().Y), false, options, 0, "")
}
