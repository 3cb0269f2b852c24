package doctor

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
)

// versions prints the versions of two Python distributions.
const versions = `import sys, importlib.metadata as m; print(", ".join(n + " " + m.version(n) for n in sys.argv[1:]) + ", Python " + sys.version.split()[0])`

// starts is a Python program that starts the notebooks' kernel and prints its name
// and version.
const starts = `
import jupyter_client.manager as m
manager, client = m.start_new_kernel(kernel_name="gonb", startup_timeout=30)
try:
    info = client.kernel_info(reply=True, timeout=30)["content"]
    print(info["implementation"], "for", info["language_info"]["version"])
finally:
    client.stop_channels()
    manager.shutdown_kernel(now=True)
`

func (m Machine) jupyter(ctx context.Context) Finding {
	found, err := output(ctx, m.python("venv"), "-c", versions, "jupyterlab", "nbclient")
	if err != nil {
		return Finding{"JupyterLab", Missing, err.Error(), "run scripts/setup"}
	}
	return Finding{Part: "JupyterLab", State: OK, Found: found}
}

// kernel starts the notebooks' Go kernel as Jupyter does.
func (m Machine) kernel(ctx context.Context) Finding {
	spec := filepath.Join(m.Root, ".local", "jupyter", "kernels", "gonb", "kernel.json")
	if _, err := os.Stat(spec); err != nil {
		return Finding{"Go kernel", Missing, err.Error(), "run scripts/setup"}
	}
	found, err := output(ctx, m.python("venv"), "-c", starts)
	if err != nil {
		return Finding{"Go kernel", Broken, "it does not start: " + err.Error(),
			"see .local/log/kernel.log; rm -r .local/jupyter .local/bin .local/stamp/kernel .local/stamp/gonb and run scripts/setup"}
	}
	return Finding{Part: "Go kernel", State: OK, Found: "starts and answers: " + found}
}

// gopls looks for the language server by which the notebooks' editor completes
// and explains.
func (m Machine) gopls(ctx context.Context) Finding {
	found, err := output(ctx, filepath.Join(m.Root, ".local", "gopls", "gopls"), "version")
	if err != nil {
		return Finding{"gopls", Absent, "notebooks run, but Tab completes nothing in them: " + err.Error(), "run scripts/setup"}
	}
	return Finding{Part: "gopls", State: OK, Found: found + ": Tab completes in notebooks, Shift-Tab explains"}
}

// peer looks for torch and transformers, with which comparisons and benchmarks
// run.
func (m Machine) peer(ctx context.Context) Finding {
	if _, err := os.Stat(m.python("peer")); err != nil {
		return Finding{"peer", Absent, "no torch and transformers: only comparisons and bench --against want them", "scripts/setup --peer"}
	}
	found, err := output(ctx, m.python("peer"), "-c", versions, "torch", "transformers")
	if err != nil {
		return Finding{"peer", Broken, err.Error(), "rm -r .local/peer and run scripts/setup --peer"}
	}
	return Finding{Part: "peer", State: OK, Found: found}
}

func (m Machine) python(venv string) string {
	return filepath.Join(m.Root, ".local", venv, "bin", "python")
}

// size returns a file's size in MB for messages.
func size(path string) (string, error) {
	info, err := os.Stat(path)
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("%d MB", info.Size()/1e6), nil
}
