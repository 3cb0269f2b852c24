package project

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// gpuCheck loads scripts/gpu-check, writes a file as a stage does, and ends
// with one stage that passed or failed.
const gpuCheck = `
import argparse, importlib.machinery, importlib.util, pathlib, sys
loader = importlib.machinery.SourceFileLoader("gpu_check", sys.argv[1])
module = importlib.util.module_from_spec(importlib.util.spec_from_loader("gpu_check", loader))
loader.exec_module(module)
check = module.Check(argparse.Namespace(short=True, cpu=True, peer="", plugin=None, output=pathlib.Path(sys.argv[2])))
(check.work / "log.jsonl").write_text("{}")
check.stages.append({"stage": "golden", "ok": sys.argv[3] == "ok"})
sys.exit(check.finish())
`

// scripts/gpu-check --output DIR removes nothing that was in DIR, and keeps what
// its stages made where one of them failed.
func TestGPUCheckKeeps(t *testing.T) {
	root, err := Root()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	own := filepath.Join(dir, "work", "thesis.tex")
	if err := os.MkdirAll(filepath.Dir(own), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(own, nil, 0o666); err != nil {
		t.Fatal(err)
	}
	for _, outcome := range []string{"ok", "failed"} {
		cmd := exec.Command("python3", "-B", "-c", gpuCheck, filepath.Join(root, "scripts", "gpu-check"), dir, outcome)
		out, err := cmd.CombinedOutput()
		if (err == nil) != (outcome == "ok") {
			t.Errorf("%s: %v: %s", outcome, err, out)
		}
		if _, err := os.Stat(own); err != nil {
			t.Errorf("%s: %v", outcome, err)
		}
		left := 0
		entries, _ := os.ReadDir(dir)
		for _, entry := range entries {
			if _, err := os.Stat(filepath.Join(dir, entry.Name(), "log.jsonl")); err == nil {
				left++
				if !strings.Contains(string(out), filepath.Join(dir, entry.Name())) {
					t.Errorf("%s: it does not say where: %s", outcome, out)
				}
			}
		}
		if want := map[string]int{"ok": 0, "failed": 1}[outcome]; left != want {
			t.Errorf("%s: %d folders of stages are left, want %d", outcome, left, want)
		}
	}
}
