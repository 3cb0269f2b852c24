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
)

func init() { commands = append(commands, newFigures) }

func newFigures() *cobra.Command {
	var only, run, sweeps, runs []string
	var data, output string
	cmd := &cobra.Command{
		Use:   "figures [--only NAME]",
		Short: "Draw every figure and table again from figures/data, without a model",
		Long: "Draw every figure (SVG, PNG at 96 and 192 dots an inch) and table (Markdown, LaTeX) again\n" +
			"from the results in figures/data, without a model. What has no result yet is skipped.\n\nFigures and tables:\n" + catalogText(),
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			entries, err := chosen(only)
			if err != nil {
				return err
			}
			if data, err = orProject(data, "figures", "data"); err != nil {
				return err
			}
			if output, err = orProject(output, "figures"); err != nil {
				return err
			}
			if len(run) > 0 {
				curve, err := result.TrainingCurveFromRun(run...)
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
			if len(runs) > 0 {
				if err := holdClaims(data, runs); err != nil {
					return err
				}
			}
			return drawAll(cmd, entries, data, output, len(only) > 0)
		},
	}
	cmd.Flags().StringSliceVar(&only, "only", nil, "draw only these, by `NAME`")
	cmd.Flags().StringSliceVar(&run, "run", nil, "first make training-curve.json from these folders of pretrain, stage 1 before stage 2")
	cmd.Flags().StringSliceVar(&sweeps, "sweep", nil, "first make jglue.json from these folders of sweep, one a model and task")
	cmd.Flags().StringSliceVar(&runs, "claims", nil, "first make claims.json: the paper's statements held against the results in these folders, one a run; two and more give verdicts")
	cmd.Flags().StringVar(&data, "data", "", "folder of the results (figures/data)")
	cmd.Flags().StringVar(&output, "output", "", "folder of the drawings (figures)")
	return cmd
}

// holdClaims keeps the paper's statements, held against the results of several
// runs, in data.
func holdClaims(data string, dirs []string) error {
	var runs []*claims.Run
	for _, dir := range dirs {
		r, err := claims.Open(dir)
		if err != nil {
			return err
		}
		runs = append(runs, r)
	}
	c, err := claims.Evaluate(runs)
	if err != nil {
		return err
	}
	return result.Save(data, c)
}

// orProject is the folder that was asked for, or the project's own.
func orProject(dir string, own ...string) (string, error) {
	if dir != "" {
		return dir, nil
	}
	return project.Path(own...)
}

// chosen picks the entries asked for, or all.
func chosen(only []string) ([]figure.Entry, error) {
	all := figure.Catalog()
	if len(only) == 0 {
		return all, nil
	}
	var out []figure.Entry
	for _, name := range only {
		i := slices.IndexFunc(all, func(e figure.Entry) bool { return e.Name == name })
		if i < 0 {
			return nil, usagef("--only %q is none of the figures and tables: %s", name, strings.Join(catalogNames(), ", "))
		}
		out = append(out, all[i])
	}
	return out, nil
}

// drawAll prints the path of every file it writes. A result that is not there
// is said on stderr; where it was asked for by name it is an error.
func drawAll(cmd *cobra.Command, entries []figure.Entry, data, output string, named bool) error {
	drawn, failed := 0, []string{}
	var first error
	for _, e := range entries {
		drawing, err := e.Draw(data)
		if errors.Is(err, fs.ErrNotExist) {
			err = fmt.Errorf("no %s: made by %s", filepath.Join(data, e.Kind+".json"), e.Source)
			if !named {
				fmt.Fprintf(cmd.ErrOrStderr(), "skipped %s: %v\n", e.Name, err)
				continue
			}
		}
		var without figure.NothingToDraw
		if errors.As(err, &without) && !named {
			fmt.Fprintf(cmd.ErrOrStderr(), "skipped %v\n", err)
			continue
		}
		var paths []string
		if err == nil {
			paths, err = drawing.Save(output)
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
