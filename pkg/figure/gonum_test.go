package figure

import (
	"testing"

	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/vgimg"
)

// In a plot of gonum's own every word is drawn in the house's font, Japanese
// too: title, axes, legend and the plotters' labels.
func TestNewPlotDrawsJapanese(t *testing.T) {
	p := NewPlot(Labels{Title: "題", X: "横軸", Y: "縦軸"})
	xys := plotter.XYs{{X: 0, Y: 0}, {X: 1, Y: 2}}
	labels, err := plotter.NewLabels(plotter.XYLabels{XYs: xys, Labels: []string{"猫", "犬"}})
	if err != nil {
		t.Fatal(err)
	}
	points, err := plotter.NewScatter(xys)
	if err != nil {
		t.Fatal(err)
	}
	p.Add(points, labels)
	p.Legend.Add("凡例", points)
	f, err := FromPlot("own", p).With(Style{Width: 3 * vg.Inch})
	if err != nil || f.Width != 3*vg.Inch {
		t.Fatalf("%v %v", f, err)
	}
	r := &textRecorder{CanvasSizer: vgimg.New(f.Width, f.Height)}
	if err := f.paint(r); err != nil {
		t.Fatal(err)
	}
	found := map[string]bool{}
	for _, b := range r.found {
		found[b.words] = true
	}
	for _, want := range []string{"題", "横軸", "縦軸", "猫", "犬", "凡例", "0.5"} {
		if !found[want] {
			t.Errorf("%q is not drawn: %v", want, found)
		}
	}
	if _, err := f.With(Style{FontSize: 9}); err == nil {
		t.Error("a font size was passed over in silence")
	}
}
