package cli

import (
	"context"
	"fmt"
	"io"
	"os"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"

	"llmjp.internal/modernbert/pkg/hub"
	"llmjp.internal/modernbert/pkg/run"
)

// modelFiles returns the directory of --model: the directory itself, or the
// cached snapshot of a hub id, fetched if it is not there yet. Without weights
// it fetches only config and tokenizer. It reports downloads on stderr: as a
// bar on a terminal, else as a line a file.
func modelFiles(ctx context.Context, ref string, weights bool, stderr io.Writer) (string, error) {
	dir, err := filesOf(ctx, ref, weights, stderr)
	if err != nil {
		return "", fmt.Errorf("--model: %w", err)
	}
	return dir, nil
}

// filesOf does the same as modelFiles for a model that another flag than
// --model names.
func filesOf(ctx context.Context, ref string, weights bool, stderr io.Writer) (string, error) {
	client, err := hub.FromEnvironment()
	if err != nil {
		return "", err
	}
	client.Progress = downloads(stderr)
	client.Report = func(line string) { fmt.Fprintln(stderr, "hub: "+line) }
	resolve := client.Resolve
	if !weights {
		resolve = client.ResolveTokenizer
	}
	dir, err := resolve(ctx, ref)
	if _, _, checkpoint := run.Of(ref); err == nil && !checkpoint && len(run.Dirs(ref)) > 0 {
		fmt.Fprintf(stderr, "%s is a run: its last checkpoint, %s\n", ref, dir)
	}
	return dir, err
}

// downloads reports the downloads of files one after another.
func downloads(stderr io.Writer) func(hub.Progress) {
	var bar *progressbar.ProgressBar
	return func(p hub.Progress) {
		if !terminal(stderr) {
			if p.Done == p.Total {
				fmt.Fprintf(stderr, "fetched %s of %s, %.1f MB\n", p.File, p.Model, float64(p.Total)/1e6)
			}
			return
		}
		if bar == nil {
			bar = progressbar.NewOptions64(p.Total, progressbar.OptionSetWriter(stderr),
				progressbar.OptionSetDescription(p.File), progressbar.OptionShowBytes(true))
		}
		_ = bar.Set64(p.Done)
		if p.Done == p.Total {
			fmt.Fprintln(stderr)
			bar = nil
		}
	}
}

// terminal reports whether w is a terminal.
func terminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}
