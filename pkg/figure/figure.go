package figure

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"html"
	"image/color"
	"os"
	"path/filepath"
	"strings"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"
	"gonum.org/v1/plot/vg/vgsvg"

	"llmjp.internal/modernbert/pkg/durable"
)

// A Figure is a drawing of a certain size that can be written in any format.
type Figure struct {
	// Name is the name of its files, without an extension.
	Name string
	// Alt describes the figure in a sentence, for those who cannot see it.
	Alt           string
	Width, Height vg.Length

	draw    func(draw.Canvas)
	restyle func(Style) (*Figure, error)
}

// newFigure returns the figure of a sheet, built anew for each style. width is
// the figure's own.
func newFigure(name string, width vg.Length, build func(Style) (*sheet, error)) (*Figure, error) {
	return styled(name, width, build, Style{})
}

func styled(name string, width vg.Length, build func(Style) (*sheet, error), style Style) (*Figure, error) {
	if err := style.Validate(); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	s, err := build(style)
	if err != nil {
		return nil, err
	}
	if err := s.restyle(style); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	own := cmp.Or(s.width, width)
	if len(s.panels) == 1 && own == DoubleColumn {
		own = SingleColumn
	}
	style.Width = cmp.Or(style.Width, own)
	l, err := s.lay(style)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return &Figure{
		Name: name, Alt: s.alt, Width: l.width, Height: l.height, draw: l.draw,
		restyle: func(style Style) (*Figure, error) { return styled(name, width, build, style) },
	}, nil
}

// With returns the figure in another style. Words and panels that the figure
// does not have, and sizes that leave no room, are errors.
func (f *Figure) With(style Style) (*Figure, error) {
	g, err := f.restyle(style)
	if err != nil {
		return nil, err
	}
	g.Name = f.Name
	return g, nil
}

// DPI is the density of a PNG at scale 1.
const DPI = 96

// Formats lists the formats of files that SaveAs writes.
var Formats = []string{"pdf", "svg", "png"}

// Save writes NAME.svg, NAME.png and NAME@2x.png into dir and returns their
// paths.
func (f *Figure) Save(dir string) ([]string, error) { return f.SaveAs(dir, "svg", "png") }

// SaveAs writes the figure into dir in the given formats and returns the
// paths: a PNG in two densities, 96 and 192 dots an inch.
func (f *Figure) SaveAs(dir string, formats ...string) (paths []string, err error) {
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return nil, err
	}
	for _, format := range formats {
		var files []file
		switch format {
		case "pdf":
			files = []file{{".pdf", f.PDF}}
		case "svg":
			files = []file{{".svg", f.SVG}}
		case "png":
			files = []file{{".png", func() ([]byte, error) { return f.PNG(1) }}, {"@2x.png", func() ([]byte, error) { return f.PNG(2) }}}
		default:
			return paths, fmt.Errorf("%q is no format of figures: %s", format, strings.Join(Formats, ", "))
		}
		for _, x := range files {
			content, err := x.content()
			if err != nil {
				return paths, err
			}
			path := filepath.Join(dir, f.Name+x.suffix)
			if err := durable.Bytes(path, content); err != nil {
				return paths, err
			}
			paths = append(paths, path)
		}
	}
	return paths, nil
}

type file struct {
	suffix  string
	content func() ([]byte, error)
}

// paint draws on a canvas. gonum panics on values that it cannot draw.
func (f *Figure) paint(c vg.CanvasSizer) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("figure %s: %v", f.Name, r)
		}
	}()
	whole := draw.New(c)
	whole.SetColor(color.White)
	whole.Fill(whole.Rectangle.Path())
	f.draw(whole)
	return nil
}

// PNG returns the figure at 96 x scale dots an inch. The file states its
// density, so that it has its size in print.
func (f *Figure) PNG(scale int) ([]byte, error) {
	c := vgimg.NewWith(vgimg.UseWH(f.Width, f.Height), vgimg.UseDPI(DPI*scale))
	if err := f.paint(c); err != nil {
		return nil, err
	}
	var out bytes.Buffer
	if _, err := (vgimg.PngCanvas{Canvas: c}).WriteTo(&out); err != nil {
		return nil, err
	}
	return withDensity(out.Bytes(), DPI*scale), nil
}

// withDensity adds PNG's pHYs chunk behind the header.
func withDensity(png []byte, dpi int) []byte {
	const header = 8 + 25 // signature and IHDR
	perMetre := uint32(float64(dpi)/0.0254 + 0.5)
	chunk := []byte{0, 0, 0, 9, 'p', 'H', 'Y', 's'}
	chunk = binary.BigEndian.AppendUint32(chunk, perMetre)
	chunk = binary.BigEndian.AppendUint32(chunk, perMetre)
	chunk = append(chunk, 1) // the unit is the metre
	chunk = binary.BigEndian.AppendUint32(chunk, crc32.ChecksumIEEE(chunk[4:]))
	out := append([]byte{}, png[:header]...)
	out = append(out, chunk...)
	return append(out, png[header:]...)
}

// SVG returns the figure as a drawing without text elements: letters are
// outlines.
func (f *Figure) SVG() ([]byte, error) {
	c := vgsvg.New(f.Width, f.Height)
	if err := f.paint(c); err != nil {
		return nil, err
	}
	var out bytes.Buffer
	if _, err := c.WriteTo(&out); err != nil {
		return nil, err
	}
	note := []byte("<!-- Generated by SVGo and Plotinum VG -->\n")
	titled := bytes.Replace(out.Bytes(), note, nil, 1)
	title := fmt.Sprintf("xlink\">\n<title>%s</title>\n", html.EscapeString(f.Alt))
	return bytes.Replace(titled, []byte("xlink\">\n"), []byte(title), 1), nil
}
