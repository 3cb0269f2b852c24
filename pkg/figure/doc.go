// Package figure draws the paper's figures and tables from results, and from
// nothing else: no model is needed.
//
//	curve, err := result.Load[result.TrainingCurve]("figures/data")
//	fig, err := figure.TrainingCurve(curve)
//	files, err := fig.Save("figures") // SVG, PNG at 96 and at 192 dots an inch
//
// The same result always gives the same bytes. Text is drawn as outlines of
// the embedded font, Japanese too, so an SVG looks alike everywhere. Sizes are
// those of a paper's single and double column; the colours are Okabe and
// Ito's, which colour-blind readers tell apart.
//
// Tables are written in Markdown and LaTeX, with the paper's printed values
// beside ours. Catalog lists everything that can be drawn.
package figure
