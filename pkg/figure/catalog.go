package figure

import (
	"path/filepath"

	"llmjp.internal/modernbert/pkg/result"
)

// A Drawing is a figure or a table.
type Drawing interface {
	// Save writes the drawing's files into a folder and returns their paths.
	Save(dir string) ([]string, error)
}

// An Entry is a figure or table that is drawn from a result.
type Entry struct {
	Name string // of its files
	What string // in a few words, with its number in the paper
	Kind string // of the result it is drawn from: figures/data/KIND.json
	// Source names the command or notebook that makes the result.
	Source string
	// Draw reads the result from a folder. Where there is none the error wraps
	// fs.ErrNotExist.
	Draw func(dir string) (Drawing, error)
}

// Catalog lists every figure and table in the paper's order.
func Catalog() []Entry {
	const (
		notebook = "scripts/reproduce, or notebooks/"
		pppl     = notebook + "07-pseudo-perplexity.ipynb"
		jglue    = "scripts/modernbert sweep, or notebooks/05-jglue.ipynb"
		fill     = notebook + "06-fill-mask.ipynb"
		bench    = "scripts/modernbert bench"
		curve    = "scripts/reproduce"
		claimed  = "scripts/modernbert figures --claims, or notebooks/14-claims.ipynb"
	)
	return []Entry{
		entry("training-curve", "Figure 1: validation loss, accuracy and retrieval over steps", curve, TrainingCurve),
		entry("training-table", "Figure 1 in numbers", curve, TrainingTable),
		entry("jglue-table", "Table 2: JGLUE, best scores", jglue, JGLUETable),
		entry("jglue-spread", "Table 2: what the best of a sweep is worth", jglue, JGLUESpread),
		entry("jglue-steps", "Table 2 over pretraining steps", jglue, JGLUESteps),
		entry("jglue-sweep", "the sweep of the last checkpoint as a heat map", jglue, lastSweep),
		entry("jglue-errors", "the rows that the last checkpoint gets most wrong", jglue, lastErrors),
		entry("fill-mask-table", "Table 3: fill-mask, the paper's sentences", fill, FillMaskTable),
		entry("fill-mask-all", "fill-mask, every sentence", fill, FillMaskAll),
		entry("fill-mask-scores", "Table 3: expected answers found, every checkpoint", fill, FillMaskScores),
		entry("pseudo-perplexity", "Figure 2: pseudo-perplexity against length", pppl, PseudoPerplexity),
		entry("pseudo-perplexity-table", "Figure 2 in numbers", pppl, PerplexityTable),
		entry("length-histogram", "Appendix A: lengths of the documents", pppl, LengthHistogram),
		entry("alignment-uniformity", "Figure 3: alignment against uniformity", notebook+"08-alignment-uniformity.ipynb", AlignmentUniformity),
		entry("alignment-zoom", "Figure 3, the late checkpoints from near", notebook+"08-alignment-uniformity.ipynb", AlignmentZoom),
		entry("alignment-table", "Figure 3 in numbers", notebook+"08-alignment-uniformity.ipynb", AlignmentTable),
		entry("similarity", "Figure 4: distances of random and positive pairs", notebook+"09-similarity.ipynb", Similarity),
		entry("similarity-zoom", "Figure 4, every panel with its own axes", notebook+"09-similarity.ipynb", SimilarityZoom),
		entry("similarity-table", "Figure 4 in numbers", notebook+"09-similarity.ipynb", SimilarityTable),
		entry("retrieval-table", "Table 4: zero-shot retrieval", notebook+"10-retrieval.ipynb", RetrievalTable),
		entry("stage2-lengths", "two stage 2's side by side: pseudo-perplexity against length", pppl, SecondStages),
		entry("stage2-table", "two stage 2's in numbers", pppl, SecondStagesTable),
		entry("claims", "the paper's statements: the effects that they are held against", claimed, Claims),
		entry("claims-table", "the paper's statements held against our runs", claimed, ClaimsTable),
		entry("plateau", "loss, uniformity, isotropy and JGLUE over stage 1", claimed, Plateau),
		entry("plateau-table", "what goes with what over stage 1", claimed, PlateauTable),
		entry("speed-length", "speed against the length of texts", bench, speed(ByLength)),
		entry("speed-layers", "speed against depth", bench, speed(ByLayers)),
		entry("speed-batch", "speed against the batch", bench, speed(ByBatch)),
		entry("bench-table", "speed, every case", bench, BenchTable),
		{"bench-gpu-table", "speed on a GPU, every case", result.GPUBench, bench + ", on a GPU", func(dir string) (Drawing, error) {
			b, err := result.ReadFile[result.Bench](filepath.Join(dir, result.GPUBench+".json"))
			if err != nil {
				return nil, err
			}
			return GPUBenchTable(b)
		}},
	}
}

// entry reads a result of T's kind and draws it.
func entry[T any, P result.Pointer[T], D Drawing](name, what, source string, draw func(P) (D, error)) Entry {
	return Entry{name, what, P(new(T)).Kind(), source, func(dir string) (Drawing, error) {
		r, err := result.Load[T, P](dir)
		if err != nil {
			return nil, err
		}
		return draw(r)
	}}
}

func speed(axis Axis) func(*result.Bench) (*Figure, error) {
	return func(b *result.Bench) (*Figure, error) { return Speed(b, axis) }
}

// lastSweep draws the sweep of the last model that has runs.
func lastSweep(j *result.JGLUE) (*Figure, error) { return JGLUESweep(j, j.Last()) }

// lastErrors tabulates the worst errors of the last model that has runs.
func lastErrors(j *result.JGLUE) (*Table, error) { return JGLUEErrors(j, j.Last(), 5) }
