package cli

import (
	"context"
	"fmt"
	"io"
	"os"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"

	"llmjp.internal/modernbert/pkg/hub"
)

// modelFiles gives the directory of --model: itself, or the cached snapshot of
// a hub id, fetched where it is not there yet; without weights only config and
// tokenizer. Downloads show on stderr: a bar on a terminal, else a line a file.
func modelFiles(ctx context.Context, ref string, weights bool, stderr io.Writer) (string, error) {
	dir, err := filesOf(ctx, ref, weights, stderr)
	if err != nil {
		return "", fmt.Errorf("--model: %w", err)
	}
	return dir, nil
}

// filesOf is modelFiles for another flag than --model.
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
	return resolve(ctx, ref)
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

// terminal tells whether somebody watches.
func terminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}
