// Package figure draws the paper's figures and tables from results, and from
// nothing else: no model is needed.
//
//	curve, err := result.Load[result.TrainingCurve]("figures/data")
//	fig, err := figure.TrainingCurve(curve)
//	files, err := fig.Save("figures") // SVG, PNG at 96 and at 192 dots an inch
//
// A Style shapes a figure for the page on which it will stand:
//
//	fig, err = fig.With(figure.Style{Width: figure.SingleColumn, FontSize: 7})
//	files, err = fig.SaveAs("paper", "pdf")
//
// The same result always gives the same bytes. Text is drawn in the embedded
// font, Japanese too. The default sizes are a paper's single and double
// column; the colours are Okabe and Ito's, which colour-blind readers tell
// apart.
//
// Tables are written in Markdown and LaTeX, with the paper's printed values
// beside ours. Catalog lists everything that can be drawn. NewPlot returns a
// plot of gonum in the same style for everything else.
//
// # Why not the library's own
//
// Panels: gonum's plot.Align gives the panels of a grid unequal widths (in the
// last row of Figure 4 247 against 203 pixels), and gonum's axes draw tick
// labels over each other where a page is narrow. Therefore sheet.go and axis.go
// lay panels out.
//
// Fonts in SVG: gonum's vgsvg embeds whole fonts (vgsvg.EmbedFonts): an SVG
// with four Japanese letters has 3.0 MB. Outlines need no font.
// Their text cannot be searched; a PDF's can.
//
// PDF: gonum's vgpdf encodes text as Windows-1252, which has no Japanese, and
// its document is private. pdf.go draws on vgpdf's own base,
// codeberg.org/go-pdf/fpdf, which embeds the letters used with their Unicode.
package figure
