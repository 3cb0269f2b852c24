package cli

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"llmjp.internal/modernbert/pkg/backend"
	"llmjp.internal/modernbert/pkg/doctor"
	"llmjp.internal/modernbert/pkg/project"
)

func init() { commands = append(commands, newDoctor) }

func newDoctor() *cobra.Command {
	var lines bool
	cmd := &cobra.Command{
		Use:   "doctor",
		Short: "Examine this machine: what was found, and what to do about what was not",
		Long: "Examines what computing, notebooks and models of the hub need, and tries it: the backend\n" +
			"computes, the kernel starts, the tokenizer opens. \"absent\" is what can be done without.",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			root, err := project.Root()
			if err != nil {
				return err
			}
			out := json.NewEncoder(cmd.OutOrStdout())
			out.SetEscapeHTML(false)
			for f := range doctor.Here(root, backend.Name()).Examine(cmd.Context()) {
				if !lines {
					_, err = fmt.Fprint(cmd.OutOrStdout(), findingLine(f))
				} else {
					err = out.Encode(f)
				}
				if err != nil {
					return err
				}
			}
			return cmd.Context().Err()
		},
	}
	cmd.Flags().BoolVar(&lines, "json", false, `a JSON line for each part: {"part", "state", "found", "do"}`)
	return cmd
}

// findingLine formats one row of doctor's table, with what to do about it on a
// line below.
func findingLine(f doctor.Finding) string {
	line := fmt.Sprintf("%-11s %-8s %s\n", f.Part, f.State, f.Found)
	if f.Do != "" {
		line += strings.Repeat(" ", 21) + "-> " + f.Do + "\n"
	}
	return line
}
