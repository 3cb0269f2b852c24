package experiment

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"llmjp.internal/modernbert/pkg/notebook/internal/variable"
)

func TestSimilarity(t *testing.T) {
	unset(t)
	t.Setenv(variable.Figures.Name, t.TempDir())
	t.Setenv(variable.Models.Name, "../../eval/testdata/bert")
	t.Setenv(variable.Pairs.Name, "../../eval/testdata/pairs.jsonl")
	t.Setenv(variable.Passages.Name, "../../eval/testdata/passages.jsonl")
	t.Setenv(variable.Random.Name, "none")
	for name, measure := range map[string]func() error{
		"alignment": func() error { _, err := AlignmentUniformity(t.Context()); return err },
		"distances": func() error { _, err := Similarity(t.Context()); return err },
	} {
		if err := measure(); err == nil || !strings.Contains(err.Error(), `MODERNBERT_RANDOM is "none"`) {
			t.Errorf("%s: %v", name, err)
		}
	}
	t.Setenv(variable.Random.Name, "20")
	points, err := AlignmentUniformity(t.Context())
	if err != nil || points.Texts != 40 {
		t.Fatal(points, err)
	}
	t.Setenv(variable.Models.Name, "") // the other result was saved, too
	distances, err := Similarity(t.Context())
	if err != nil || len(distances.Models) != 1 || len(distances.Models[0].Random) != 20 {
		t.Error(distances, err)
	}
	if again, err := AlignmentUniformity(t.Context()); !cmp.Equal(points, again) || err != nil {
		t.Error(err, cmp.Diff(points, again))
	}
}
