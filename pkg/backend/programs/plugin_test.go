package programs

import (
	"encoding/hex"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/gomlx/compute"
	_ "github.com/gomlx/go-xla/compute/xla"
	"github.com/gomlx/go-xla/pjrt"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
)

var once sync.Once

// pluginPath returns the path of the plugin for the CPU, "" where there is none.
func pluginPath() string {
	kind, rest, _ := strings.Cut(os.Getenv(compute.ConfigEnvVar), ":")
	plugin, _, _ := strings.Cut(rest, ",")
	if kind != "xla" || strings.Contains(plugin, "cuda") || !filepath.IsAbs(plugin) {
		return ""
	}
	return plugin
}

// xla opens the plugin for the CPU with a store of its own, which keeps every
// program.
func xla(t *testing.T) (compute.Backend, *Store) {
	t.Helper()
	plugin := pluginPath()
	if plugin == "" {
		t.Skip("no XLA for the CPU")
	}
	s, err := Open(t.TempDir(), plugin)
	if err != nil {
		t.Fatal(err)
	}
	s.worth = 0
	once.Do(func() { err = Register(plugin, s) })
	if err != nil {
		t.Fatal(err)
	}
	store.Store(s)
	b, err := compute.NewWithConfig("xla:" + plugin)
	if err != nil {
		t.Fatal(err)
	}
	return b, s
}

// run compiles a small program and returns what it computes.
func run(t *testing.T, b compute.Backend) []float32 {
	t.Helper()
	exec, err := graph.NewExec(b, func(x *graph.Node) *graph.Node {
		return graph.Softmax(graph.MatMul(graph.Erf(x), graph.Transpose(x, 0, 1)), -1)
	})
	if err != nil {
		t.Fatal(err)
	}
	defer exec.Finalize()
	x := make([]float32, 96*64)
	for i := range x {
		x[i] = float32(i%17) / 7
	}
	out, err := exec.Call(tensors.FromFlatDataAndDimensions(x, 96, 64))
	if err != nil {
		t.Fatal(err)
	}
	return tensors.MustCopyFlatData[float32](out[0])
}

// A program is compiled once, loaded afterwards, and computes the same bits. One that
// is damaged, or that XLA refuses, is compiled and kept again.
func TestCompileOnce(t *testing.T) {
	b, s := xla(t)
	want := run(t, b)
	files, _ := filepath.Glob(filepath.Join(s.dir, "*.xla"))
	if len(files) != 1 {
		t.Fatalf("%d programs are kept, want 1", len(files))
	}
	state := func() os.FileInfo {
		info, err := os.Stat(files[0])
		if err != nil {
			t.Fatal(err)
		}
		return info
	}
	first := state()
	if got := run(t, b); !slices.Equal(got, want) {
		t.Error("a loaded program computes something else")
	}
	if !os.SameFile(first, state()) {
		t.Error("the program was compiled twice")
	}
	var k key
	if _, err := hex.Decode(k[:], []byte(strings.TrimSuffix(filepath.Base(files[0]), ".xla"))); err != nil {
		t.Fatal(err)
	}
	for what, damage := range map[string]func() error{
		"cut short":  func() error { return os.Truncate(files[0], first.Size()/2) },
		"empty":      func() error { return os.Truncate(files[0], 0) },
		"not XLA's":  func() error { return s.write(k, []byte("no program")) },
		"half XLA's": func() error { kept, _ := s.read(k); return s.write(k, kept[:len(kept)/2]) },
	} {
		if err := damage(); err != nil {
			t.Fatal(err)
		}
		damaged := state()
		if got := run(t, b); !slices.Equal(got, want) {
			t.Errorf("%s: it computes something else", what)
		}
		if _, ok := s.read(k); !ok || os.SameFile(damaged, state()) {
			t.Errorf("%s: it was not kept again", what)
		}
	}
}

// OnCompile's function is called around each compilation, and not where a program is
// loaded.
func TestOnCompile(t *testing.T) {
	b, s := xla(t)
	begun, done := 0, 0
	OnCompile(func() func() { begun++; return func() { done++ } })
	defer watcher.Store(nil)
	run(t, b)
	run(t, b)
	if begun != 1 || done != 1 {
		t.Errorf("%d compilations began and %d ended, want 1", begun, done)
	}
	store.Store(nil)
	defer store.Store(s)
	run(t, b)
	if begun != 2 || done != 2 {
		t.Errorf("without a store %d compilations began and %d ended, want 2", begun, done)
	}
}

// Where nothing can be kept, everything is compiled.
func TestCompileUnkept(t *testing.T) {
	b, s := xla(t)
	want := run(t, b)
	if err := os.RemoveAll(s.dir); err != nil {
		t.Fatal(err)
	}
	if got := run(t, b); !slices.Equal(got, want) {
		t.Error("without its folder it computes something else")
	}
}

// An error of XLA's compiler reaches the caller, and nothing is kept.
func TestCompileFails(t *testing.T) {
	_, s := xla(t)
	plugin, err := pjrt.GetPlugin(pluginPath())
	if err != nil {
		t.Fatal(err)
	}
	client, err := plugin.NewClient(nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = client.Destroy() }()
	if _, err := client.Compile().WithStableHLO([]byte("no program")).Done(); err == nil {
		t.Error("no program was compiled")
	}
	if files, _ := filepath.Glob(filepath.Join(s.dir, "*")); len(files) > 0 {
		t.Errorf("kept: %v", files)
	}
}
