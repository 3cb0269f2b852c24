package cli

import (
	"errors"
	"fmt"
	"runtime"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"llmjp.internal/modernbert/pkg/project"
)

// versionLine returns what --version prints.
func versionLine() string {
	commit := project.Commit()
	if commit == "" {
		commit = "unknown"
	}
	return fmt.Sprintf("modernbert commit %s, %s %s/%s", commit, runtime.Version(), runtime.GOOS, runtime.GOARCH)
}

// prefix returns a subcommand's name for the beginning of a message:
// "fetch-data miracl: "; "" for the program itself.
func prefix(cmd *cobra.Command) string {
	if !cmd.HasParent() {
		return ""
	}
	return strings.TrimPrefix(cmd.CommandPath(), cmd.Root().Name()+" ") + ": "
}

// orHelp returns a suggestion of didYouMean, or where else to look.
func orHelp(near string) string {
	if near == "" {
		return ", see --help"
	}
	return near
}

// unknownCommand returns the error for a subcommand that cmd does not have.
func unknownCommand(cmd *cobra.Command, name string) error {
	var names []string
	for _, c := range cmd.Commands() {
		names = append(names, c.Name())
	}
	return usagef("unknown subcommand %q%s", name, orHelp(didYouMean(name, names...)))
}

// flagError says in a user's words what is wrong with a flag.
func flagError(cmd *cobra.Command, err error) error {
	var unknown *pflag.NotExistError
	var lonely *pflag.ValueRequiredError
	var wrong *pflag.InvalidValueError
	switch {
	case errors.As(err, &unknown):
		name := "--" + unknown.GetSpecifiedName()
		if letters := unknown.GetSpecifiedShortnames(); letters != "" {
			name = "-" + letters
		}
		var flags []string
		cmd.Flags().VisitAll(func(f *pflag.Flag) { flags = append(flags, "--"+f.Name) })
		return fmt.Errorf("%sunknown flag: %s%s", prefix(cmd), name, orHelp(didYouMean(name, flags...)))
	case errors.As(err, &lonely):
		return fmt.Errorf("%s--%s needs a value, see --help", prefix(cmd), lonely.GetFlag().Name)
	case errors.As(err, &wrong):
		f, needed := wrong.GetFlag(), "another value"
		switch f.Value.Type() {
		case "int":
			needed = "a whole number"
		case "uint64":
			needed = "a whole number from 0 on"
		case "float64":
			needed = "a number"
		case "bool":
			needed = "true or false"
		case "intSlice":
			return fmt.Errorf("%s--%s %s: whole numbers with commas between them are needed", prefix(cmd), f.Name, wrong.GetValue())
		}
		if errors.Is(err, strconv.ErrRange) {
			needed = "a smaller number"
		}
		return fmt.Errorf("%s--%s %s: %s is needed", prefix(cmd), f.Name, wrong.GetValue(), needed)
	}
	return fmt.Errorf("%s%w, see --help", prefix(cmd), err)
}

// emptyFlag refuses a flag that was given an empty value, as by a shell's
// variable that is not set: it would silently be as if it were not there. An
// empty prompt is one.
func emptyFlag(cmd *cobra.Command) (err error) {
	cmd.Flags().Visit(func(f *pflag.Flag) {
		empty := f.Value.Type() == "string" && f.Value.String() == "" && !strings.HasSuffix(f.Name, "prompt")
		if list, ok := f.Value.(pflag.SliceValue); ok {
			values := list.GetSlice()
			empty = len(values) == 0
			for _, value := range values {
				empty = empty || value == ""
			}
		}
		if empty && err == nil {
			err = usagef("%s--%s has an empty value: leave the flag out or give it one", prefix(cmd), f.Name)
		}
	})
	return err
}
