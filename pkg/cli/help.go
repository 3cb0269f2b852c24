package cli

import (
	"cmp"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"golang.org/x/term"

	"llmjp.internal/modernbert/pkg/eval/metric"
)

// widthOf returns the columns of the terminal that w is, at most 120; 100
// where w is none.
func widthOf(w io.Writer) int {
	if f, ok := w.(*os.File); ok {
		if columns, _, err := term.GetSize(int(f.Fd())); err == nil && columns > 0 {
			return min(columns, 120)
		}
	}
	return 100
}

// wrapHelp makes the help of a command and of its subcommands fit the width.
func wrapHelp(root *cobra.Command) {
	cobra.AddTemplateFunc("wrapped", func(flags *pflag.FlagSet) string {
		return flags.FlagUsagesWrapped(widthOf(root.OutOrStdout()))
	})
	usage := root.UsageTemplate()
	for _, flags := range []string{".LocalFlags", ".InheritedFlags"} {
		usage = strings.ReplaceAll(usage, flags+".FlagUsages", "wrapped "+flags)
	}
	root.SetUsageTemplate(usage)
	help := root.HelpFunc()
	root.SetHelpFunc(func(cmd *cobra.Command, args []string) {
		width := widthOf(cmd.OutOrStdout())
		cmd.Long, cmd.Short = wrapText(cmd.Long, width), wrapText(cmd.Short, width)
		help(cmd, args)
	})
}

// wrapText breaks each paragraph into lines of at most width characters. A
// line that begins with a space stays as it is.
func wrapText(s string, width int) string {
	var out, words []string
	flush := func() {
		line := ""
		for _, word := range words {
			switch {
			case line == "":
				line = word
			case len([]rune(line))+1+len([]rune(word)) > width:
				out, line = append(out, line), word
			default:
				line += " " + word
			}
		}
		if line != "" {
			out = append(out, line)
		}
		words = nil
	}
	for _, line := range strings.Split(s, "\n") {
		if line == "" || strings.HasPrefix(line, " ") {
			flush()
			out = append(out, line)
			continue
		}
		words = append(words, strings.Fields(line)...)
	}
	flush()
	return strings.Join(out, "\n")
}

// didYouMean returns ", did you mean X?" for the choice that is nearest to a
// word, "" where none is near.
func didYouMean(word string, choices ...string) string {
	if len(choices) == 0 {
		return ""
	}
	distance := func(choice string) int { return metric.Levenshtein(strings.ToLower(word), strings.ToLower(choice)) }
	near := slices.MinFunc(choices, func(a, b string) int { return cmp.Compare(distance(a), distance(b)) })
	most := 2 // as many as two letters in each other's place
	if n := len([]rune(word)); n < 4 {
		most = 1
	} else if n > 8 {
		most = n / 3
	}
	if distance(near) > most {
		return ""
	}
	return ", did you mean " + near + "?"
}
