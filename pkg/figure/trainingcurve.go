package figure

import (
	"fmt"
	"math"
	"strings"

	"gonum.org/v1/plot/vg/draw"

	"llmjp.internal/modernbert/pkg/result"
)

// TrainingCurve draws Figure 1: validation loss and accuracy, and zero-shot
// retrieval, over the steps of both stages. Stage 2 follows stage 1 on the
// axis, on a grey ground. Each stage's dashed line is the score of the unigram
// distribution.
func TrainingCurve(curve *result.TrainingCurve) (*Figure, error) {
	return trainingCurve(curve, nil)
}

// LiveCurve draws the curve of a run that is being trained: the axis ends at
// the given step of the last stage instead of at the end of its schedule.
func LiveCurve(curve *result.TrainingCurve, until int) (*Figure, error) {
	return trainingCurve(curve, &until)
}

func trainingCurve(curve *result.TrainingCurve, until *int) (*Figure, error) {
	if err := curve.Validate(); err != nil {
		return nil, fmt.Errorf("training-curve: %w", err)
	}
	return newFigure("training-curve", DoubleColumn, func(style Style) (*sheet, error) {
		return curveSheet(style, curve, until), nil
	})
}

// stageEnds returns the steps at which the stages begin on the axis, and the
// end of the last.
func stageEnds(curve *result.TrainingCurve, until *int) []float64 {
	ends := []float64{0}
	for i, s := range curve.Stages {
		steps := s.TotalSteps
		if until != nil && i == len(curve.Stages)-1 {
			steps = *until
		}
		ends = append(ends, ends[i]+float64(max(steps, s.Last().Step, 1)))
	}
	return ends
}

func curveSheet(style Style, curve *result.TrainingCurve, until *int) *sheet {
	loss := style.panel("Validation loss", "Step", "Cross-entropy (nats)")
	accuracy := style.panel("Validation accuracy", "Step", "Share of masked tokens")
	panels := []*panel{loss, accuracy}
	_, _, hasRetrieval := curve.BestRetrieval()
	retrieval := style.panel("Zero-shot retrieval", "Step", "Score")
	if hasRetrieval {
		panels = append(panels, retrieval)
	}

	starts := stageEnds(curve, until)
	for _, p := range panels {
		for i, s := range curve.Stages {
			if s.Stage == 2 {
				p.band(starts[i], starts[i+1], shade)
			}
		}
		p.X.Min, p.X.Max = 0, starts[len(starts)-1]
		p.X.Marker = ticks{about: 5, format: short}
		p.grid()
	}

	var keys []key
	lossMax, accuracyMax, retrievalMax, training := 0.0, 0.0, 0.0, false
	var floors []string
	for i, s := range curve.Stages {
		c := style.color(i)
		solid := lineStyle(c, 1.2)
		keys = append(keys, key{label: stageLabel(s), color: c, line: &solid, shape: draw.CircleGlyph{}})
		if trace := trainingTrace(s, starts[i]); len(trace) > 0 {
			loss.line(trace, lineStyle(fade(c, 0.35), 0.6))
			training = true
			lossMax = math.Max(lossMax, trace[0].Y)
		}
		var losses, accuracies, recalls, mrrs xys
		for _, e := range s.Evaluations {
			x := starts[i] + float64(e.Step)
			losses = append(losses, xy{X: x, Y: e.Loss})
			accuracies = append(accuracies, xy{X: x, Y: e.Accuracy})
			lossMax, accuracyMax = math.Max(lossMax, e.Loss), math.Max(accuracyMax, e.Accuracy)
			if e.Recall10 != nil {
				recalls = append(recalls, xy{X: x, Y: *e.Recall10})
				retrievalMax = math.Max(retrievalMax, *e.Recall10)
			}
			if e.MRR10 != nil {
				mrrs = append(mrrs, xy{X: x, Y: *e.MRR10})
				retrievalMax = math.Max(retrievalMax, *e.MRR10)
			}
		}
		if u := s.Unigram; u != nil {
			end := starts[i+1]
			loss.line(xys{{X: starts[i], Y: u.Loss}, {X: end, Y: u.Loss}}, lineStyle(muted, 0.8, dashes...))
			accuracy.line(xys{{X: starts[i], Y: u.Accuracy}, {X: end, Y: u.Accuracy}}, lineStyle(muted, 0.8, dashes...))
			accuracyMax = math.Max(accuracyMax, u.Accuracy)
			floors = append(floors, fmt.Sprintf("%.2f", u.Loss))
		}
		radius := 1.6
		if len(s.Evaluations) > 60 {
			radius = 0 // the line says it all
		}
		loss.curve(losses, solid, draw.CircleGlyph{}, radius)
		accuracy.curve(accuracies, solid, draw.CircleGlyph{}, radius)
		retrieval.curve(recalls, solid, draw.CircleGlyph{}, radius)
		retrieval.curve(mrrs, lineStyle(c, 1.2, dashes...), draw.BoxGlyph{}, radius)
	}
	if len(floors) > 0 {
		dashed := lineStyle(muted, 0.8, dashes...)
		keys = append(keys, key{label: fmt.Sprintf("unigram floor (%s)", strings.Join(floors, ", ")), color: muted, line: &dashed})
	}
	if training {
		thin := lineStyle(fade(style.color(0), 0.6), 1)
		keys = append(keys, key{label: "training loss", line: &thin, panel: "Validation loss"})
	}
	if hasRetrieval {
		full, dashed := lineStyle(ink, 1.2), lineStyle(ink, 1.2, dashes...)
		keys = append(keys, key{label: "Recall@10", color: ink, line: &full, shape: draw.CircleGlyph{}, panel: "Zero-shot retrieval"},
			key{label: "MRR@10", color: ink, line: &dashed, shape: draw.BoxGlyph{}, panel: "Zero-shot retrieval"})
	}
	loss.Y.Min, loss.Y.Max = 0, lossMax*1.04
	accuracy.Y.Min, accuracy.Y.Max = 0, math.Max(accuracyMax*1.08, 0.01)
	retrieval.Y.Min, retrieval.Y.Max = 0, math.Max(retrievalMax*1.08, 0.01)

	return &sheet{alt: curveAlt(curve), keys: keys, panels: panels, columns: 3, aspect: 0.85}
}

func stageLabel(s result.Stage) string {
	if s.MaxLength == 0 {
		return fmt.Sprintf("stage %d", s.Stage)
	}
	return fmt.Sprintf("stage %d (%d tokens)", s.Stage, s.MaxLength)
}

func trainingTrace(s result.Stage, start float64) xys {
	var out xys
	for _, t := range s.Training {
		out = append(out, xy{X: start + float64(t.Step), Y: t.Loss})
	}
	return out
}

func curveAlt(curve *result.TrainingCurve) string {
	alt := "Validation of masked language modelling over training steps."
	for _, s := range curve.Stages {
		alt += fmt.Sprintf(" Stage %d: loss from %.2f to %.2f, accuracy from %.3f to %.3f.",
			s.Stage, s.First().Loss, s.Last().Loss, s.First().Accuracy, s.Last().Accuracy)
	}
	return alt
}
