// Package cli holds the subcommands of scripts/modernbert. It parses flags,
// calls the packages, prints results on stdout and progress on stderr. Only
// this package exits.
package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/spf13/cobra"
)

// usageError is a command used wrongly: exit status 2.
type usageError struct{ err error }

func (e usageError) Error() string { return e.err.Error() }
func (e usageError) Unwrap() error { return e.err }

// usagef makes an error that exits with status 2.
func usagef(format string, args ...any) error { return usageError{fmt.Errorf(format, args...)} }

// Main runs the program with the process's arguments and exits: 0 done,
// 1 failed, 2 used wrongly. The last line on stderr is the error.
func Main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second signal ends the process at once
	code := Run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// Run runs one command line and returns its exit status.
func Run(ctx context.Context, args []string, stdout, stderr io.Writer) (code int) {
	defer func() {
		if r := recover(); r != nil { // GoMLX reports errors of graph building by panicking
			if os.Getenv("MODERNBERT_STACK") != "" {
				panic(r)
			}
			fmt.Fprintf(stderr, "modernbert: internal error: %s (set MODERNBERT_STACK=1 for the stack)\n", oneLine(fmt.Sprint(r)))
			code = 1
		}
	}()
	root := newRoot()
	root.SetArgs(args)
	root.SetOut(stdout)
	root.SetErr(stderr)
	err := root.ExecuteContext(ctx)
	if err == nil {
		return 0
	}
	fmt.Fprintf(stderr, "modernbert: %s\n", oneLine(err.Error()))
	var usage usageError
	if errors.As(err, &usage) {
		return 2
	}
	return 1
}

func newRoot() *cobra.Command {
	var version bool
	root := &cobra.Command{
		Use:           "modernbert",
		Short:         "Pretrain, fine-tune and analyse a ModernBERT (llm-jp-modernbert, arXiv 2504.15544)",
		SilenceErrors: true,
		SilenceUsage:  true,
		Args:          cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if version {
				_, err := fmt.Fprintln(cmd.OutOrStdout(), versionLine())
				return err
			}
			_ = cmd.Help()
			return usagef("a subcommand is needed, see --help")
		},
		PersistentPreRunE: func(cmd *cobra.Command, _ []string) error { return emptyFlag(cmd) },
	}
	root.Flags().BoolVar(&version, "version", false, "print the commit that the program was built from")
	root.CompletionOptions.DisableDefaultCmd = true
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error { return usageError{flagError(cmd, err)} })
	root.SetHelpCommand(newHelp())
	for _, add := range commands {
		root.AddCommand(add())
	}
	markUsage(root)
	wrapHelp(root)
	return root
}

// newHelp makes cobra's help command, for which an unknown topic is an error.
func newHelp() *cobra.Command {
	return &cobra.Command{
		Use:   "help [SUBCOMMAND]",
		Short: "Show the help of a subcommand",
		RunE: func(cmd *cobra.Command, args []string) error {
			about, rest, err := cmd.Root().Find(args)
			if err != nil || len(rest) > 0 {
				return unknownCommand(cmd.Root(), args[len(args)-1])
			}
			about.InitDefaultHelpFlag() // so that it stands among the flags
			return about.Help()
		},
	}
}

// commands are registered by the files that hold them.
var commands []func() *cobra.Command

// markUsage makes wrong arguments and unknown subcommands exit with status 2.
func markUsage(cmd *cobra.Command) {
	check := cmd.Args
	cmd.Args = func(c *cobra.Command, args []string) error {
		if c.HasSubCommands() && len(args) > 0 {
			return unknownCommand(c, args[0])
		}
		if check == nil {
			return nil
		}
		if err := check(c, args); err != nil {
			return usagef("%s%q belongs to no flag (quote a glob, or give its flag before each file), see --help", prefix(c), args[0])
		}
		return nil
	}
	for _, c := range cmd.Commands() {
		markUsage(c)
	}
}

func oneLine(s string) string {
	return strings.Join(strings.Fields(s), " ")
}
