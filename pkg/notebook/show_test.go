package notebook

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/janpfeifer/gonb/gonbui/protocol"
	"llmjp.internal/modernbert/pkg/figure"
	"llmjp.internal/modernbert/pkg/notebook/internal/variable"
	"llmjp.internal/modernbert/pkg/result"
)

// Outside of a notebook Save writes the files and nothing hangs.
func TestSave(t *testing.T) {
	dir := t.TempDir()
	t.Setenv(variable.Figures.Name, dir)
	t.Setenv(variable.Run.Name, "")
	curve := &result.TrainingCurve{Stages: []result.Stage{{Stage: 1, TotalSteps: 2, Evaluations: []result.Evaluation{{Step: 0, Loss: 11}, {Step: 2, Loss: 9}}}}}
	if err := result.Save(Data(), curve); err != nil {
		t.Fatal(err)
	}
	Save(figure.TrainingCurve(Must(TrainingCurve())))
	Save(figure.TrainingTable(curve))
	NewLive().Show(figure.TrainingCurve(curve))
	NewLive().Say("half of it")
	Save((*figure.Figure)(nil), figure.NothingToDraw{Name: "jglue-steps", Reason: "no checkpoint"}) // does not end the program
	Markdown("a finding: %d", 1)
	for _, name := range []string{"training-curve.svg", "training-curve@2x.png", "training-table.md"} {
		if _, err := os.Stat(filepath.Join(dir, name)); err != nil {
			t.Error(err)
		}
	}
}

// Where drawings go into a folder of their own, the measurement of speed is the
// project's: only a damaged one there is an error.
func TestBenchOfTheProject(t *testing.T) {
	dir := t.TempDir()
	t.Setenv(variable.Figures.Name, dir)
	t.Setenv(variable.Bench.Name, "")
	if bench, err := Bench(); err != nil || len(bench.Rows) == 0 {
		t.Errorf("the project's measurement: %v, %v", bench, err)
	}
	if err := os.MkdirAll(Data(), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(Data(), "bench.json"), []byte("{"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := Bench(); err == nil {
		t.Error("a damaged measurement was passed over in silence")
	}
}

func TestSize(t *testing.T) {
	f := Must(figure.Bars(figure.Labels{Name: "b"}, []string{"a"}, []float64{1}))
	if s := size(f); s["width"] != 552 { // 4.6 inch x 96 x 1.25
		t.Errorf("%v", s)
	}
}

func TestExcerpt(t *testing.T) {
	for text, want := range map[string]string{"": "", "京都": "京都", "京都の寺": "京都の…", "ab": "ab"} {
		if got := Excerpt(text, 3); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

// Show takes a plot of gonum without an error, in a notebook as a PNG.
func TestShowPlot(t *testing.T) {
	var shown []map[protocol.MIMEType]any
	display = func(data map[protocol.MIMEType]any, _ map[string]any) { shown = append(shown, data) }
	defer func() { display = send }()
	Show(figure.NewPlot(figure.Labels{Title: "埋め込み"}))
	Show(figure.Tabulate("t", "A table", []string{"a"}, []string{"1"}))
	if len(shown) != 2 || shown[0][protocol.MIMETextPlain] != "埋め込み" || !bytes.HasPrefix(shown[0][protocol.MIMEImagePNG].([]byte), []byte("\x89PNG")) {
		t.Errorf("shown: %.200v", shown)
	}
}
