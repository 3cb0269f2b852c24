package doctor

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"llmjp.internal/modernbert/pkg/backend"
	"llmjp.internal/modernbert/pkg/project"
)

// examine gives the findings by part.
func examine(t *testing.T, m Machine) map[string]Finding {
	t.Helper()
	all := map[string]Finding{}
	for f := range m.Examine(t.Context()) {
		if _, twice := all[f.Part]; twice {
			t.Errorf("two findings of %s", f.Part)
		}
		all[f.Part] = f
	}
	return all
}

func write(t *testing.T, path, content string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o755); err != nil {
		t.Fatal(err)
	}
}

// In a folder where scripts/setup has run all is well but for what is optional.
func TestThisMachine(t *testing.T) {
	root, err := project.Root()
	if err != nil {
		t.Fatal(err)
	}
	if os.Getenv("JUPYTER_DATA_DIR") == "" {
		t.Skip("needs the environment of scripts/env")
	}
	all := examine(t, Here(root, backend.Name()))
	for part, f := range all {
		if f.State != OK && f.State != Absent {
			t.Errorf("%s: %+v", part, f)
		}
	}
	for _, part := range []string{"tokenizers", "fonts", "data", "JupyterLab", "Go kernel", "gopls", "backend"} {
		if all[part].State != OK {
			t.Errorf("%s: %+v", part, all[part])
		}
	}
}

// On a machine with nothing every part that is needed says how to get it.
func TestNothingThere(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	all := examine(t, Machine{Root: t.TempDir(), Backend: "xla:/no/such/plugin.so", NVIDIA: "/no/driver"})
	for part, want := range map[string]string{
		"Go": "go.dev/dl", "C compiler": "install", "tokenizers": "scripts/setup", "data": "git checkout data",
		"JupyterLab": "scripts/setup", "Go kernel": "scripts/setup", "backend": "GOMLX_BACKEND=go:",
	} {
		if f := all[part]; (f.State != Missing && f.State != Broken) || !strings.Contains(f.Do, want) {
			t.Errorf("%s: %+v, want %q", part, f, want)
		}
	}
	for _, part := range []string{"cargo", "peer", "gopls", "CUDA", "XLA on CPU", "MPI", "allocator"} {
		if f := all[part]; f.State != Absent {
			t.Errorf("%s: %+v", part, f)
		}
	}
}

// Programs that are not kept are absent, with the reason.
func TestProgramsOff(t *testing.T) {
	t.Setenv("XLA_FLAGS", "")
	t.Setenv("MODERNBERT_PROGRAMS", "off")
	if f := (Machine{}).programs(t.Context()); f.State != Absent || !strings.Contains(f.Found, "MODERNBERT_PROGRAMS") {
		t.Errorf("%+v", f)
	}
	t.Setenv("MODERNBERT_PROGRAMS", t.TempDir())
	if f := (Machine{}).programs(t.Context()); f.State != OK || !strings.HasPrefix(f.Found, "0 ") {
		t.Errorf("%+v", f)
	}
}

func TestData(t *testing.T) {
	root := t.TempDir()
	m := Machine{Root: root}
	const empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
	write(t, filepath.Join(root, "data", "SHA256SUMS"), empty+"  one\n"+empty+"  two\n")
	write(t, filepath.Join(root, "data", "one"), "")
	write(t, filepath.Join(root, "data", "two"), "")
	if f := m.data(context.Background()); f.State != OK {
		t.Errorf("%+v", f)
	}
	write(t, filepath.Join(root, "data", "two"), "changed")
	if f := m.data(context.Background()); f.State != Broken || !strings.HasSuffix(f.Found, ": two") {
		t.Errorf("%+v", f)
	}
}

// TestModel finds a model where there is one, and says what is missing elsewhere.
func TestModel(t *testing.T) {
	root := t.TempDir()
	m := Machine{Root: root}
	if f := m.model(t.Context()); f.State != Broken || !strings.Contains(f.Found, "data/models/small") {
		t.Errorf("%+v", f)
	}
	if err := os.MkdirAll(filepath.Join(root, "data", "models"), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.CopyFS(filepath.Join(root, "data", "models", "small"), os.DirFS("../eval/testdata/modernbert")); err != nil {
		t.Fatal(err)
	}
	if f := m.model(t.Context()); f.State != OK || !strings.Contains(f.Found, "a modernbert of") {
		t.Errorf("%+v", f)
	}
}

func TestCUDA(t *testing.T) {
	root := t.TempDir()
	driver, plugin := filepath.Join(root, "version"), filepath.Join(root, ".local", "cuda", "lib", "xla_cuda_plugin.so")
	m := Machine{Root: root, NVIDIA: driver}
	check := func(state State, do string) {
		t.Helper()
		if f := m.cuda(context.Background()); f.State != state || !strings.Contains(f.Do, do) {
			t.Errorf("%+v, want %s, %q", f, state, do)
		}
	}
	check(Absent, "")
	write(t, driver, "NVRM version: NVIDIA UNIX x86_64 Kernel Module  580.1\nGCC version: 12\n")
	check(Absent, "scripts/setup --cuda")
	write(t, plugin, "")
	check(OK, "")
	if err := os.Remove(driver); err != nil {
		t.Fatal(err)
	}
	check(Broken, "rm -r .local/cuda")
}

// A kernel whose program ends at once is reported with what it said.
func TestKernelThatDoesNotStart(t *testing.T) {
	own, err := project.Path(".local", "venv")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(own); err != nil {
		t.Skip("needs the venv of scripts/setup")
	}
	root := t.TempDir()
	jupyter := filepath.Join(root, ".local", "jupyter")
	t.Setenv("JUPYTER_DATA_DIR", jupyter)
	write(t, filepath.Join(jupyter, "kernels", "gonb", "kernel.json"), `{"argv": ["false", "{connection_file}"], "display_name": "Go", "language": "go"}`)
	if err := os.Symlink(own, filepath.Join(root, ".local", "venv")); err != nil {
		t.Fatal(err)
	}
	if f := (Machine{Root: root}).kernel(t.Context()); f.State != Broken || !strings.Contains(f.Found, "died") {
		t.Errorf("%+v", f)
	}
}
