package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"llmjp.internal/modernbert/pkg/eval/claims"
	"llmjp.internal/modernbert/pkg/figure"
	"llmjp.internal/modernbert/pkg/finetune/sweep"
	"llmjp.internal/modernbert/pkg/project"
	"llmjp.internal/modernbert/pkg/result"
	"llmjp.internal/modernbert/pkg/run"
)

func init() { commands = append(commands, newFigures) }

func newFigures() *cobra.Command {
	var only, runs, sweeps, claimDirs []string
	var data, output string
	var form figureForm
	cmd := &cobra.Command{
		Use:   "figures [--only NAME] [--width 3.35in] [--font-size 8] [--format pdf,svg,png]",
		Short: "Draw every figure and table again from figures/data, without a model",
		Long: "Draw every figure (SVG, PNG at 96 and 192 dots an inch) and table (Markdown, LaTeX) again\n" +
			"from the results in figures/data, without a model. Those without a result are skipped.\n\n" +
			"--width, --height, --font-size and --format shape a figure for a paper; a table's LaTeX is set\n" +
			"for that width (one column up to 3.5in, else two). With these flags drawings go to runs/figures by\n" +
			"default, so that the project's own stay. A PDF embeds its fonts, Japanese too.\n\n" +
			"Figures and tables:\n" + catalogText(),
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			entries, err := chosen(only)
			if err != nil {
				return err
			}
			if data, err = orProject(data, "figures", "data"); err != nil {
				return err
			}
			if err := form.read(); err != nil {
				return err
			}
			if err := errors.Join(checkFolder("--data", data), checkFolder("--output", output)); err != nil {
				return err
			}
			folder := []string{"figures"}
			if form.shaped() {
				folder = []string{"runs", "figures"}
			}
			if output, err = orProject(output, folder...); err != nil {
				return err
			}
			if len(runs) > 0 {
				curve, err := run.Curve(runs...)
				if err != nil {
					return err
				}
				if err := result.Save(data, curve); err != nil {
					return err
				}
			}
			if len(sweeps) > 0 {
				j, err := sweep.Collect(sweeps...)
				if err != nil {
					return err
				}
				if err := result.Save(data, j); err != nil {
					return err
				}
			}
			if len(claimDirs) > 0 {
				if err := evaluateClaims(data, claimDirs); err != nil {
					return err
				}
			}
			return drawAll(cmd, entries, form, data, output, len(only) > 0)
		},
	}
	cmd.Flags().StringSliceVar(&only, "only", nil, "draw only these, by `NAME`")
	cmd.Flags().StringSliceVar(&runs, "run", nil, "first make training-curve.json from these folders of pretrain, stage 1 before stage 2, or from one that holds both")
	cmd.Flags().StringSliceVar(&sweeps, "sweep", nil, "first make jglue.json from these folders of sweep, one a model and task")
	cmd.Flags().StringSliceVar(&claimDirs, "claims", nil, "first make claims.json: the paper's statements tested on the results in these folders, one a run; a verdict takes two runs or more")
	cmd.Flags().StringVar(&data, "data", "", "folder of the results (figures/data)")
	cmd.Flags().StringVar(&output, "output", "", "folder of the drawings (figures; runs/figures with --width, --height, --font-size or --format)")
	cmd.Flags().StringVar(&form.width, "width", "", "`WIDTH` of a figure: 3.35in, 85mm, 8.5cm, 240pt")
	cmd.Flags().StringVar(&form.height, "height", "", "`HEIGHT` of a figure")
	cmd.Flags().Float64Var(&form.style.FontSize, "font-size", 0, "`POINTS` of titles and axis labels (8)")
	cmd.Flags().StringSliceVar(&form.formats, "format", nil, "`FORMATS` of figures: pdf, svg, png (svg,png)")
	return cmd
}

// evaluateClaims tests the paper's statements on the results of several runs and
// saves the verdicts in data.
func evaluateClaims(data string, dirs []string) error {
	c, err := claims.Of(dirs...)
	if err != nil {
		return err
	}
	return result.Save(data, c)
}

// figureForm is the form in which figures are written.
type figureForm struct {
	width, height string
	style         figure.Style
	formats       []string
}

func (f *figureForm) shaped() bool {
	return f.width != "" || f.height != "" || f.style.FontSize != 0 || len(f.formats) > 0
}

// read checks the flags.
func (f *figureForm) read() (err error) {
	if f.width != "" {
		if f.style.Width, err = figure.ParseLength(f.width); err != nil {
			return usagef("--width %w", err)
		}
	}
	if f.height != "" {
		if f.style.Height, err = figure.ParseLength(f.height); err != nil {
			return usagef("--height %w", err)
		}
	}
	if err := f.style.Validate(); err != nil {
		return usagef("--font-size: %w", err)
	}
	for _, format := range f.formats {
		if !slices.Contains(figure.Formats, format) {
			return usagef("--format %q is none of %s", format, strings.Join(figure.Formats, ", "))
		}
	}
	return nil
}

// save writes a drawing in this form.
func (f *figureForm) save(d figure.Drawing, dir string) ([]string, error) {
	switch d := d.(type) {
	case *figure.Figure:
		styled, err := d.With(f.style)
		if err != nil {
			return nil, err
		}
		if len(f.formats) > 0 {
			return styled.SaveAs(dir, f.formats...)
		}
		return styled.Save(dir)
	case *figure.Table:
		d.Width = f.style.Width
	}
	return d.Save(dir)
}

// orProject returns dir, or if it is empty a folder of the project.
func orProject(dir string, folder ...string) (string, error) {
	if dir != "" {
		return dir, nil
	}
	return project.Path(folder...)
}

// chosen returns the entries of these names, or all.
func chosen(only []string) ([]figure.Entry, error) {
	all := figure.Catalog()
	if len(only) == 0 {
		return all, nil
	}
	var out []figure.Entry
	for _, name := range only {
		i := slices.IndexFunc(all, func(e figure.Entry) bool { return e.Name == name })
		if i < 0 {
			near := didYouMean(name, catalogNames()...)
			if near == "" {
				near = ": " + strings.Join(catalogNames(), ", ")
			}
			return nil, usagef("--only %q is none of the figures and tables%s", name, near)
		}
		out = append(out, all[i])
	}
	return out, nil
}

// drawAll prints the path of every file it writes. A missing result is reported
// on stderr; where the drawing was asked for by name it is an error.
func drawAll(cmd *cobra.Command, entries []figure.Entry, form figureForm, data, output string, named bool) error {
	drawn, failed, skipped := 0, []string{}, []string{}
	var first error
	for _, e := range entries {
		drawing, err := e.Draw(data)
		if errors.Is(err, fs.ErrNotExist) {
			err = fmt.Errorf("no %s: made by %s", filepath.Join(data, e.Kind+".json"), e.Source)
			if !named {
				skipped = append(skipped, fmt.Sprintf("skipped %s: %v", e.Name, err))
				continue
			}
		}
		var without figure.NothingToDraw
		if errors.As(err, &without) && !named {
			skipped = append(skipped, fmt.Sprintf("skipped %v", err))
			continue
		}
		var paths []string
		if err == nil {
			paths, err = form.save(drawing, output)
		}
		if err != nil {
			failed = append(failed, e.Name)
			if first == nil {
				first = err
			} else {
				fmt.Fprintf(cmd.ErrOrStderr(), "%s: %v\n", e.Name, err)
			}
			continue
		}
		for _, p := range paths {
			fmt.Fprintln(cmd.OutOrStdout(), p)
		}
		drawn++
	}
	if first != nil {
		if len(failed) > 1 {
			return fmt.Errorf("%d of %d not drawn (%s), the first: %w", len(failed), len(entries), strings.Join(failed, ", "), first)
		}
		return first
	}
	if drawn == 0 {
		return fmt.Errorf("nothing was drawn: no result in %s; scripts/reproduce makes them", data)
	}
	for _, line := range skipped {
		fmt.Fprintln(cmd.ErrOrStderr(), line)
	}
	return nil
}

func catalogNames() []string {
	var names []string
	for _, e := range figure.Catalog() {
		names = append(names, e.Name)
	}
	return names
}

func catalogText() string {
	var b strings.Builder
	for _, e := range figure.Catalog() {
		fmt.Fprintf(&b, "  %-24s %s\n", e.Name, e.What)
	}
	return b.String()
}
