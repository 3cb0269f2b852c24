package pppl

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"llmjp.internal/modernbert/pkg/eval/models"
	"llmjp.internal/modernbert/pkg/result"
	"llmjp.internal/modernbert/pkg/run"
)

// A run is measured in the paper's proportions.
func TestSuited(t *testing.T) {
	runOf := func(preset string, lengths ...int) (list []models.Model) {
		for i, length := range lengths {
			dir := filepath.Join(t.TempDir(), preset)
			ref := filepath.Join(dir, "checkpoints", "step-000001")
			if err := os.MkdirAll(ref, 0o777); err != nil {
				t.Fatal(err)
			}
			d := run.Description{Provenance: result.Provenance{Preset: preset}, Stage: i + 1, MaxLength: length}
			if err := d.Write(dir); err != nil {
				t.Fatal(err)
			}
			list = append(list, models.Model{Checkpoint: result.Checkpoint{Stage: i + 1, Step: 1}, Ref: ref})
		}
		return list
	}
	paper := Paper()
	tiny := Options{Positions: 20, Seed: 42, MaxLength: 512, PerBin: 10, Bins: []result.LengthBin{{Above: 0, To: 128}, {Above: 128, To: 256}, {Above: 256, To: 511}}}
	asked := tiny
	asked.PerBin, asked.Positions, asked.Bins, asked.MaxLength = 3, 4, []result.LengthBin{{Above: 0, To: 10}, {Above: 10, To: 99}}, 100
	for name, c := range map[string]struct {
		list []models.Model
		env  map[string]string
		want Options
	}{
		"base is the paper's": {runOf("base", 1024, 8192), nil, paper},
		"of no run":           {[]models.Model{{Checkpoint: result.Checkpoint{Name: "m"}, Ref: "owner/m"}}, nil, paper},
		"tiny":                {runOf("tiny", 128, 512), nil, tiny},
		"one stage":           {runOf("tiny", 128), nil, tiny},
		"asked for":           {runOf("tiny", 128, 512), map[string]string{"MODERNBERT_PER_BIN": "3", "MODERNBERT_POSITIONS": "4", "MODERNBERT_BINS": "10,99"}, asked},
	} {
		t.Run(name, func(t *testing.T) {
			for _, v := range []string{"MODERNBERT_PER_BIN", "MODERNBERT_POSITIONS", "MODERNBERT_BINS"} {
				t.Setenv(v, c.env[v])
			}
			got, err := Suited(c.list)
			if diff := cmp.Diff(c.want, got, cmp.Comparer(func(a, b Options) bool { return fmt.Sprintf("%+v", a) == fmt.Sprintf("%+v", b) })); diff != "" || err != nil {
				t.Errorf("%v %s", err, diff)
			}
		})
	}
	t.Setenv("MODERNBERT_PER_BIN", "none")
	if _, err := Suited(nil); err == nil {
		t.Error("MODERNBERT_PER_BIN=none is taken")
	}
}
