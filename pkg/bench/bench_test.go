package bench

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"llmjp.internal/modernbert/pkg/model/modernbert"
	"llmjp.internal/modernbert/pkg/project"
	"llmjp.internal/modernbert/pkg/result"
)

// The test program is a side, too: it says that it computes the value that
// BENCH_TEST_SIDE names, or fails; "new" fails where a program is kept, and keeps one.
func TestMain(m *testing.M) {
	if value := os.Getenv("BENCH_TEST_SIDE"); value != "" {
		lines := json.NewDecoder(os.Stdin)
		for {
			var r request
			if lines.Decode(&r) != nil {
				os.Exit(0)
			}
			if value == "dies" {
				fmt.Fprintln(os.Stderr, "out of memory")
				os.Exit(3)
			}
			if value == "new" {
				kept := filepath.Join(os.Getenv("MODERNBERT_PROGRAMS"), "program")
				if _, err := os.Stat(kept); err == nil || os.WriteFile(kept, nil, 0o644) != nil {
					fmt.Fprintln(os.Stderr, "a program is there")
					os.Exit(3)
				}
				value = "2"
			}
			fmt.Printf(`{"value": %s, "units": 100, "seconds": 0.5, "peak": 1024}`+"\n", value)
		}
	}
	os.Exit(m.Run())
}

func fakeSides(t *testing.T, values ...string) []Side {
	t.Helper()
	var sides []Side
	for i, value := range values {
		name := fmt.Sprintf("side %d", i)
		sides = append(sides, Side{Command: []string{"env", "BENCH_TEST_SIDE=" + value, os.Args[0]}, Names: map[string]string{Matmul: name}})
	}
	return sides
}

func options(t *testing.T, sides []Side, cases ...Case) Options {
	t.Helper()
	data, err := project.Path("data", "corpus", "valid.jsonl.gz")
	if err != nil {
		t.Fatal(err)
	}
	return Options{
		Sizes: Presets[0], Cases: cases, Repeats: 3, Sides: sides, Data: data, Dir: t.TempDir(),
		Row: func(result.BenchRow) {}, Report: func(string) {}, Note: func(string) {},
	}
}

func TestSidesMustAgree(t *testing.T) {
	c := Case{Task: Matmul, Compute: "float32"}
	rows, err := Run(t.Context(), options(t, fakeSides(t, "2", "2.0001"), c))
	if err != nil {
		t.Fatal(err)
	}
	if len(rows) != 2 || rows[1].Program != "side 1" || len(rows[1].Rates) != 3 || rows[1].Rates[0] != 200 || rows[0].PeakMemory != 1024 {
		t.Errorf("rows %+v", rows)
	}
	for value, want := range map[string]string{"2.1": "nothing was timed", "dies": "out of memory"} {
		if _, err := Run(t.Context(), options(t, fakeSides(t, "2", value), c)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("a side that says %s: error %v, want %q", value, err, want)
		}
	}
}

// A side that need not be there is left out with a note.
func TestOptionalSides(t *testing.T) {
	opt := options(t, fakeSides(t, "2", "dies", "2.0001"), Case{Task: Matmul, Compute: "float32"})
	opt.Sides[1].Optional = true
	var notes []string
	opt.Note = func(line string) { notes = append(notes, line) }
	rows, err := Run(t.Context(), opt)
	if err != nil || len(rows) != 2 || rows[1].Program != "side 2" {
		t.Errorf("%v, rows %+v", err, rows)
	}
	if len(notes) != 1 || !strings.Contains(notes[0], "without side 1") || !strings.Contains(notes[0], "out of memory") {
		t.Errorf("notes %q", notes)
	}
}

// On a CPU every form of the peer is measured that computes a case, on CUDA too.
func TestPeers(t *testing.T) {
	for _, test := range []struct {
		kind string
		c    Case
		want string
	}{
		{"xla:cpu", Case{Task: Train, Compute: "bfloat16"}, "transformers-sdpa transformers-compiled"},
		{"xla:cpu", Case{Task: Forward, Compute: "float32"}, "transformers-sdpa transformers-compiled openvino onnxruntime"},
		{"xla:cpu", Case{Task: Forward, Compute: "bfloat16"}, "transformers-sdpa transformers-compiled openvino"},
		{"xla:cpu", Case{Task: Embed, Compute: "float32"}, "sentence-transformers sentence-transformers-compiled sentence-transformers-openvino sentence-transformers-onnxruntime"},
		{"xla:cpu", Case{Task: Tokenize}, "tokenizers"},
		{"xla:cuda", Case{Task: Train, Compute: "bfloat16"}, "transformers-sdpa transformers-compiled transformers-flash transformers-flash-compiled"},
		{"xla:cuda", Case{Task: Train, Compute: "bfloat16", Documents: true}, "transformers-sdpa transformers-compiled"},
		{"xla:cuda", Case{Task: Forward, Compute: "float32"}, "transformers-sdpa transformers-compiled"},
	} {
		var got []string
		for _, side := range Peers(test.kind, "python", "peer.py") {
			if side.takes(test.c) {
				got = append(got, side.Names[test.c.Task])
			}
		}
		if strings.Join(got, " ") != test.want {
			t.Errorf("%s, %s: %q, want %q", test.kind, test.c, got, test.want)
		}
	}
}

// Our side trains and predicts: the loss of the forward pass is that of the
// training step, and a step lowers it.
func TestServe(t *testing.T) {
	opt := options(t, nil)
	files, err := newFiles(t.Context(), opt)
	if err != nil {
		t.Fatal(err)
	}
	ask := func(c Case) (answers []reply) {
		job, _, err := files.job(c)
		if err != nil {
			t.Fatal(err)
		}
		var in, out bytes.Buffer
		requests := json.NewEncoder(&in)
		for _, r := range []request{{Do: "prepare", Job: &job}, {Do: "step"}, {Do: "end"}} {
			if err := requests.Encode(r); err != nil {
				t.Fatal(err)
			}
		}
		if err := Serve(t.Context(), &in, &out); err != nil {
			t.Fatal(err)
		}
		for lines := json.NewDecoder(&out); lines.More(); {
			var r reply
			if err := lines.Decode(&r); err != nil || r.Error != "" {
				t.Fatalf("%v %s", err, r.Error)
			}
			answers = append(answers, r)
		}
		return answers
	}
	c := Case{Task: Train, Layers: 2, Batch: 3, Length: 48, Documents: true}
	training := ask(c)
	c.Task = Forward
	forward := ask(c)
	if a, b := training[0].Value, forward[0].Value; math.Abs(a-b) > 1e-5*b || math.Abs(b-math.Log(99574)) > 0.2 {
		t.Errorf("the loss is %g in training and %g in the forward pass", a, b)
	}
	if training[1].Value >= training[0].Value || forward[1].Value != forward[0].Value {
		t.Errorf("after a step the loss is %g, before it was %g; of the forward pass %g and %g",
			training[1].Value, training[0].Value, forward[1].Value, forward[0].Value)
	}
	if training[0].Units != 144 || training[2].Peak == 0 || training[1].Seconds <= 0 {
		t.Errorf("answers %+v", training)
	}
	tokens := ask(Case{Task: Tokenize})
	if tokens[1].Units < 1e5 || tokens[1].Value < tokens[1].Units {
		t.Errorf("tokenization: %+v", tokens[1])
	}
	if batches := ask(Case{Task: Batches, Batch: 4, Length: 64, Documents: true}); batches[1].Units != batchesAStep {
		t.Errorf("batches: %+v", batches[1])
	}
	filled := ask(Case{Task: FillMask, Layers: 2})
	if filled[0].Value <= 0 || filled[1].Value != filled[0].Value {
		t.Errorf("fill-mask: %+v", filled)
	}
	bad := Job{Case: Case{Task: Train}, Model: t.TempDir()}
	if _, err := bad.prepare(t.Context()); err == nil {
		t.Error("a folder without a model was trained")
	}
}

// Two layers of a small model, counted by hand.
func TestOperations(t *testing.T) {
	c := modernbert.Base()
	c.Layers, c.HiddenSize, c.Intermediate, c.Vocab, c.LocalAttention = 2, 4, 6, 100, 2
	layer := 2.0 * (4*4*4 + 3*4*6)
	global, local := 4.0*4*8, 4.0*4*(3*8-2)/8
	want := 2*layer + global + local + 0.5*2*(4*4+4*100)
	one := Case{Task: Forward, Length: 8}
	if got := one.operations(c, 0.5); math.Abs(got-want) > 1e-9 {
		t.Errorf("%g operations, want %g", got, want)
	}
	one.Task = Train
	if got := one.operations(c, 0.5); math.Abs(got-3*want) > 1e-9 {
		t.Errorf("training: %g operations, want %g", got, 3*want)
	}
}

// Every case appears once: sizes that meet in two series, such as the least batch by
// length and by rows, are measured once.
func TestCases(t *testing.T) {
	s := Sizes{Layers: 6, Lengths: []int{512, 1024}, Tokens: 1024, Depths: []int{3}, Batches: []int{1, 2}, Documents: 16}
	var got []string
	for _, c := range s.Cases([]string{Train, Forward, Matmul}, "float32") {
		got = append(got, fmt.Sprintf("%s %d: %d x %d", c.Task, c.Layers, c.Batch, c.Length))
	}
	var want []string
	for _, task := range []string{Train, Forward} {
		for _, size := range []string{"6: 2 x 512", "6: 1 x 1024", "3: 1 x 1024", "6: 1 x 512"} { // by length, depth, rows
			want = append(want, task+" "+size)
		}
		if task == Train {
			want = append(want, task+" 6: 16 x 1024") // documents
		}
	}
	want = append(want, Matmul+" 0: 0 x 0")
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	for _, s := range Presets {
		cases := s.Cases(Tasks, "float32")
		for _, c := range cases {
			if !c.Documents && c.Task == Train && c.Batch*c.Length > max(s.Tokens, c.Length) {
				t.Errorf("%s: %s", s.Preset, c)
			}
		}
		if cases[0].Task != Matmul || len(cases) < 8 {
			t.Errorf("%s: %v", s.Preset, cases)
		}
	}
}
