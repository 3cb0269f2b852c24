// Package inline shows figures and tables in a GoNB notebook. It is the only
// package that knows of the notebook.
//
//	inline.Show(figure.TrainingCurve(curve))
//
// Outside of a notebook nothing is shown. An error ends the cell with one
// line on stderr, as the command line does.
package inline

import (
	"encoding/base64"
	"errors"
	"fmt"
	"html"
	"os"
	"strings"

	"github.com/janpfeifer/gonb/gonbui"
	"github.com/janpfeifer/gonb/gonbui/protocol"

	"llmjp.internal/modernbert/pkg/figure"
)

// zoom is how much larger than in print a figure is on the screen, where one
// reads from further away.
const zoom = 1.25

// Show displays a figure (as PNG at two pixels a point of the screen) or a
// table. It takes what the functions of package figure return.
//
// Where the result has not what a figure shows, that is said in its place.
func Show(d figure.Drawing, err error) {
	if without := (figure.NothingToDraw{}); errors.As(err, &without) {
		Markdown("%s", without)
		return
	}
	check(err)
	switch d := d.(type) {
	case *figure.Figure:
		png := Must(d.PNG(2))
		send(map[protocol.MIMEType]any{protocol.MIMEImagePNG: png, protocol.MIMETextPlain: d.Alt},
			map[string]any{string(protocol.MIMEImagePNG): size(d)})
	case *figure.Table:
		Markdown(d.Markdown())
	default:
		check(fmt.Errorf("inline: a %T cannot be shown", d))
	}
}

// Save writes the drawing's files into Figures and shows it.
func Save(d figure.Drawing, err error) {
	if err == nil {
		Must(d.Save(Figures()))
	}
	Show(d, err)
}

// Markdown displays text, such as a finding computed from data.
func Markdown(format string, args ...any) {
	if len(args) > 0 {
		format = fmt.Sprintf(format, args...)
	}
	send(map[protocol.MIMEType]any{protocol.MIMETextMarkdown: format}, nil)
}

// Live is one place in a cell's output that shows one figure or line of text
// after another.
type Live struct{ id string }

// NewLive makes a place for what changes while the cell runs.
func NewLive() *Live { return &Live{gonbui.UniqueID()} }

// Show replaces the figure.
func (l *Live) Show(f *figure.Figure, err error) {
	check(err)
	if !gonbui.IsNotebook {
		return
	}
	s := size(f)
	gonbui.UpdateHTML(l.id, fmt.Sprintf(`<img width="%d" height="%d" alt="%s" src="data:image/png;base64,%s">`,
		s["width"], s["height"], html.EscapeString(f.Alt), base64.StdEncoding.EncodeToString(Must(f.PNG(2)))))
	gonbui.Sync()
}

// Say replaces what is there by a line of text, such as how far the work is.
func (l *Live) Say(line string) {
	if !gonbui.IsNotebook {
		return
	}
	gonbui.UpdateHTML(l.id, html.EscapeString(line))
	gonbui.Sync()
}

// size is a figure's size on the screen in CSS pixels.
func size(f *figure.Figure) map[string]int {
	pixels := func(points float64) int { return int(points/72*figure.DPI*zoom + 0.5) }
	return map[string]int{"width": pixels(f.Width.Points()), "height": pixels(f.Height.Points())}
}

// send displays data and waits until the kernel has it: without that a cell
// that ends loses what is still in the pipe.
func send(data map[protocol.MIMEType]any, metadata map[string]any) {
	if !gonbui.IsNotebook {
		return
	}
	gonbui.SendData(&protocol.DisplayData{Data: data, Metadata: metadata})
	gonbui.Sync()
}

// Must gives the value, or ends the cell with the error in one line.
func Must[T any](value T, err error) T {
	check(err)
	return value
}

// check ends the cell: here the notebook is the program's outermost layer.
func check(err error) {
	if err != nil {
		gonbui.Sync()
		fmt.Fprintln(os.Stderr, strings.Join(strings.Fields(err.Error()), " "))
		os.Exit(1)
	}
}

// List displays sentences as a list; nothing where there are none.
func List(sentences []string) {
	if len(sentences) > 0 {
		Markdown("%s", "- "+strings.Join(sentences, "\n- "))
	}
}

// Excerpt is the beginning of a text, at most so many characters long.
func Excerpt(text string, length int) string {
	if runes := []rune(text); len(runes) > length {
		return string(runes[:length]) + "…"
	}
	return text
}
