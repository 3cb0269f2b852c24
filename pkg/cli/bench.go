package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"llmjp.internal/modernbert/pkg/backend"
	"llmjp.internal/modernbert/pkg/bench"
	"llmjp.internal/modernbert/pkg/eval/finding"
	"llmjp.internal/modernbert/pkg/project"
	"llmjp.internal/modernbert/pkg/result"
)

func init() { commands = append(commands, newBench, newBenchSide) }

// transformersPeer is what --against takes.
const transformersPeer = "transformers"

// benchOptions are bench's flags.
type benchOptions struct {
	preset, against, output, data string
	python                        string
	tasks, compute                []string
	lengths, depths, batches      []int
	layers, repeats, documents    int
	tokens                        int
	texts                         int
	add                           bool
}

func newBench() *cobra.Command {
	var o benchOptions
	var names []string
	for _, s := range bench.Presets {
		names = append(names, s.Preset)
	}
	cmd := &cobra.Command{
		Use:   "bench [--preset " + strings.Join(names, "|") + "] [--against transformers]",
		Short: "Measure speed and memory, ours beside transformers'",
		Long: "Measures training steps and forward passes, embedding, tokenization and the batches of the corpus,\n" +
			"and prints a JSON line for each: rates (tokens a second; batches for \"batches\", floating point\n" +
			"operations for \"matmul\") of every repetition, their median as \"rate\", peak memory in bytes. The task\n" +
			"\"first\" is the time of a new process to ten embeddings, a filled mask, a run's first step, without\n" +
			"(cold) and with (warm) the compiled programs of an earlier one; its rates are 1 over the seconds.\n\n" +
			"With --against transformers the programs take turns, each in a process of its own, with the same\n" +
			"weights, batches and masks; their losses must agree before anything is timed. transformers runs\n" +
			"uncompiled and compiled; on a CPU, OpenVINO and ONNX Runtime run its forward pass and embedding,\n" +
			"too; on a GPU, it also runs with FlashAttention. A program that cannot be prepared is left out with\n" +
			"a note. scripts/setup --peer installs what is missing (torch and more, 6 GB). The result goes to\n" +
			"figures/data/bench.json, on a GPU to bench-gpu.json, unless --output names another file.",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			sizes, err := o.sizes(names)
			if err != nil {
				return err
			}
			if o.output != "" {
				if err := checkOutput(o.output); err != nil {
					return err
				}
			}
			return runBench(cmd.Context(), o, sizes, cmd.OutOrStdout(), cmd.ErrOrStderr())
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&o.preset, "preset", "tiny", "`SIZE` of the model: "+strings.Join(names, ", "))
	flags.StringVar(&o.against, "against", "", "the other `PROGRAM`: transformers")
	flags.StringVar(&o.python, "python", "", "the `PYTHON` that has torch and transformers (scripts/setup --peer's)")
	flags.StringVar(&o.output, "output", "", "`FILE` of the result (default: in figures/data with --against, else none)")
	flags.BoolVar(&o.add, "add", false, "keep the other rows of the result's file, which must come from this machine")
	flags.StringVar(&o.data, "data", "", "texts (data/corpus/train.jsonl.gz), a `GLOB`")
	flags.StringSliceVar(&o.tasks, "tasks", bench.Tasks, "what to measure")
	flags.StringSliceVar(&o.compute, "compute", []string{"float32"}, "element types: float32, bfloat16")
	flags.IntSliceVar(&o.lengths, "lengths", nil, "tokens of a row (the preset's)")
	flags.IntSliceVar(&o.depths, "depths", nil, "further numbers of layers, 0 for none (the preset's)")
	flags.IntSliceVar(&o.batches, "batches", nil, "further numbers of rows, 0 for none (the preset's)")
	flags.IntVar(&o.documents, "documents", -1, "train on a batch of `N` real documents, too, 0 for none (the preset's)")
	flags.IntVar(&o.texts, "texts", 0, "embed `N` paragraphs of --data (128)")
	flags.IntVar(&o.tokens, "tokens", 0, "batches of about `N` tokens (the preset's)")
	flags.IntVar(&o.layers, "layers", 0, "`N` layers (the preset's)")
	flags.IntVar(&o.repeats, "repeats", 0, "`N` timed repetitions of each case (the preset's)")
	return cmd
}

// newBenchSide makes the hidden command whose process answers bench's requests
// for our numbers.
func newBenchSide() *cobra.Command {
	return &cobra.Command{
		Use: "bench-side", Short: "Answer bench's requests on standard input", Hidden: true, Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return bench.Serve(cmd.Context(), cmd.InOrStdin(), cmd.OutOrStdout())
		},
	}
}

// sizes returns the preset's sizes, changed by the flags.
func (o benchOptions) sizes(names []string) (bench.Sizes, error) {
	i := slices.Index(names, o.preset)
	if i < 0 {
		return bench.Sizes{}, usagef("--preset %q is none of %s", o.preset, strings.Join(names, ", "))
	}
	s := bench.Presets[i]
	if o.against != "" && o.against != transformersPeer {
		return s, usagef("--against %q: only %s can be compared with", o.against, transformersPeer)
	}
	for _, task := range o.tasks {
		if !slices.Contains(bench.Tasks, task) {
			return s, usagef("--tasks %q is none of %s", task, strings.Join(bench.Tasks, ", "))
		}
	}
	for _, compute := range o.compute {
		if compute != "float32" && compute != "bfloat16" {
			return s, usagef("--compute %q is neither float32 nor bfloat16", compute)
		}
	}
	for _, list := range []struct {
		flag  string
		given []int
		least int
		to    *[]int
	}{{"lengths", o.lengths, 2, &s.Lengths}, {"depths", o.depths, 0, &s.Depths}, {"batches", o.batches, 0, &s.Batches}} {
		for _, n := range list.given {
			if n < list.least {
				return s, usagef("--%s %d: at least %d", list.flag, n, list.least)
			}
		}
		if list.given != nil {
			*list.to = slices.DeleteFunc(slices.Clone(list.given), func(n int) bool { return n == 0 })
		}
	}
	if o.documents < -1 {
		return s, usagef("--documents %d: 0 for none, or how many", o.documents)
	}
	if o.layers < 0 || o.repeats < 0 || o.texts < 0 || o.tokens < 0 {
		return s, usagef("--layers, --repeats, --texts and --tokens are positive numbers")
	}
	if o.tokens > 0 {
		s.Tokens = o.tokens
	}
	s.Texts = o.texts
	if o.documents >= 0 {
		s.Documents = o.documents
	}
	if o.layers > 0 {
		s.Layers = o.layers
	}
	if o.repeats > 0 {
		s.Repeats = o.repeats
	}
	return s, nil
}

func runBench(ctx context.Context, o benchOptions, sizes bench.Sizes, stdout, stderr io.Writer) (err error) {
	began := time.Now()
	b := &result.Bench{Provenance: result.Provenance{Preset: o.preset, Seed: 42, Commit: project.Commit()}}
	if o.data == "" {
		if o.data, err = project.Path("data", "corpus", "train.jsonl.gz"); err != nil {
			return err
		}
	}
	computer, err := backend.Open()
	if err != nil {
		return err
	}
	b.Provenance.Backend, b.Provenance.Environment = backend.Kind(computer), backend.Environment()
	if o.against != "" && o.output == "" {
		name := b.Kind()
		if b.Provenance.Backend == "xla:cuda" {
			name = result.GPUBench
		}
		if o.output, err = project.Path("figures", "data", name+".json"); err != nil {
			return err
		}
	}
	sides, err := o.sides(ctx, b.Provenance.Backend, stderr)
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "modernbert-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	var cases []bench.Case
	for _, compute := range o.compute {
		for _, c := range sizes.Cases(o.tasks, compute) {
			if !slices.Contains(cases, c) {
				cases = append(cases, c)
			}
		}
	}
	rows, err := bench.Run(ctx, bench.Options{
		Sizes: sizes, Cases: cases, Repeats: sizes.Repeats, Sides: sides, Data: o.data, Dir: dir,
		Row:    func(r result.BenchRow) { printRow(stdout, r) },
		Report: func(line string) { fmt.Fprintln(stderr, "bench: "+line) },
		Note: func(line string) {
			fmt.Fprintln(stderr, "bench: "+line)
			b.Provenance.AddNotes(line)
		},
	})
	if err != nil {
		return err
	}
	if o.output == "" {
		return nil
	}
	b.Rows, b.Machine, b.Provenance.Seconds = rows, bench.Host(b.Provenance.Backend, rows), time.Since(began).Seconds()
	measured := b.Provenance.Notes
	b.Provenance.Notes = bench.Notes(b.Provenance.Backend, sides, o.tasks)
	b.Provenance.AddNotes(measured...)
	if o.add {
		if err := addTo(b, o.output); err != nil {
			return err
		}
	}
	return result.WriteFile(o.output, b)
}

// printRow prints a row with its median.
func printRow(stdout io.Writer, r result.BenchRow) {
	rate, _, _ := finding.Rate(r)
	line, err := json.Marshal(struct {
		result.BenchRow
		Rate float64 `json:"rate"`
	}{r, rate})
	if err == nil {
		fmt.Fprintf(stdout, "%s\n", line)
	}
}

// sides returns our process and, with --against, those of the peer.
func (o benchOptions) sides(ctx context.Context, kind string, stderr io.Writer) ([]bench.Side, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	sides := []bench.Side{bench.Ours(self, "bench-side")}
	if o.against == "" {
		return sides, nil
	}
	root, err := project.Root()
	if err != nil {
		return nil, err
	}
	python := o.python
	if python == "" {
		python = filepath.Join(root, ".local", "peer", "bin", "python")
		setup := exec.CommandContext(ctx, filepath.Join(root, "scripts", "setup"), "--peer", "--quiet")
		setup.Stdout, setup.Stderr = stderr, stderr
		if err := setup.Run(); err != nil {
			return nil, fmt.Errorf("%s was not installed: scripts/setup --peer: %w", o.against, err)
		}
	}
	peer := []string{python, filepath.Join(root, "pkg", "bench", "peer.py")}
	sides = append(sides, bench.Peers(kind, peer...)...)
	for i := range sides[1:] {
		sides[1+i].Env = withoutAllocator(os.Environ())
	}
	return sides, nil
}

// withoutAllocator returns an environment in which scripts/memory's library is not
// preloaded: a peer runs with the allocator that it comes with.
func withoutAllocator(environment []string) []string {
	out := slices.Clone(environment)
	for i, variable := range out {
		if list, ok := strings.CutPrefix(variable, "LD_PRELOAD="); ok {
			libraries := slices.DeleteFunc(strings.Split(list, ":"), func(l string) bool { return strings.HasSuffix(l, "/.local/memory.so") })
			out[i] = "LD_PRELOAD=" + strings.Join(libraries, ":")
		}
	}
	return out
}

// addTo puts the rows of the file before the new ones, without those that were
// measured again.
func addTo(b *result.Bench, path string) error {
	old, err := result.ReadFile[result.Bench](path)
	if err != nil {
		return fmt.Errorf("--add: %w", err)
	}
	if old.Machine.Name != b.Machine.Name {
		return fmt.Errorf("--add: %s was measured on %q, this is %q", path, old.Machine.Name, b.Machine.Name)
	}
	b.Add(old)
	return nil
}
