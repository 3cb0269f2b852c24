package notebook

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/janpfeifer/gonb/gonbui"
	"github.com/janpfeifer/gonb/gonbui/protocol"
	"gonum.org/v1/plot"

	"llmjp.internal/modernbert/pkg/eval/finding"
	"llmjp.internal/modernbert/pkg/figure"
	"llmjp.internal/modernbert/pkg/result"
)

// zoom is how much larger than in print a figure is on the screen, where one
// reads from further away.
const zoom = 1.25

// Show displays a figure (as PNG at two pixels a point of the screen), a table
// or a plot of gonum. It takes the results of the functions of package figure,
// or one of these without an error:
//
//	notebook.Show(figure.TrainingCurve(curve))
//	p := figure.NewPlot(figure.Labels{Title: "埋め込み"})
//	notebook.Show(p)
//
// Where a result lacks what its figure shows, Show displays the reason instead.
func Show(drawing any, errs ...error) {
	err := errors.Join(errs...)
	if without := (figure.NothingToDraw{}); errors.As(err, &without) {
		Markdown("%s", without)
		return
	}
	check(err)
	switch d := drawing.(type) {
	case *plot.Plot:
		Show(figure.FromPlot("plot", d))
	case *figure.Figure:
		png := Must(d.PNG(2))
		display(map[protocol.MIMEType]any{protocol.MIMEImagePNG: png, protocol.MIMETextPlain: d.Alt},
			map[string]any{string(protocol.MIMEImagePNG): size(d)})
	case *figure.Table:
		Markdown("%s", d.Markdown())
	default:
		check(fmt.Errorf("notebook: a %T cannot be shown: a figure, a table or a *plot.Plot can", d))
	}
}

// Save writes the drawing's files into Figures and shows the drawing.
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
	display(map[protocol.MIMEType]any{protocol.MIMETextMarkdown: format}, nil)
}

// Findings displays what a result shows, in sentences.
func Findings(r result.Result) { List(finding.Of(r)) }

// List displays sentences as a list, and nothing where there are none.
func List(sentences []string) {
	if len(sentences) > 0 {
		Markdown("%s", "- "+strings.Join(sentences, "\n- "))
	}
}

// Excerpt returns the first length characters of a text, with "…" where it
// cut the text.
func Excerpt(text string, length int) string {
	if runes := []rune(text); len(runes) > length {
		return string(runes[:length]) + "…"
	}
	return text
}

// Must returns the value, or ends the cell with the error in one line.
func Must[T any](value T, err error) T {
	check(err)
	return value
}

// check ends the cell where there is an error: a cell is a program, and this
// its outermost layer.
func check(err error) {
	if err != nil {
		gonbui.Sync()
		fmt.Fprintln(os.Stderr, strings.Join(strings.Fields(err.Error()), " "))
		os.Exit(1)
	}
}

// size returns a figure's width and height on the screen in CSS pixels.
func size(f *figure.Figure) map[string]int {
	pixels := func(points float64) int { return int(points/72*figure.DPI*zoom + 0.5) }
	return map[string]int{"width": pixels(f.Width.Points()), "height": pixels(f.Height.Points())}
}

// display is send, but for tests.
var display = send

// send displays data and waits until the kernel has it: a cell that ends
// before loses what is still in the pipe.
func send(data map[protocol.MIMEType]any, metadata map[string]any) {
	if !gonbui.IsNotebook {
		return
	}
	gonbui.SendData(&protocol.DisplayData{Data: data, Metadata: metadata})
	gonbui.Sync()
}
