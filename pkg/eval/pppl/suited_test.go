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

// Checkpoints of a run are measured in the paper's proportions.
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
	for name, c := range map[string]struct {
		list []models.Model
		want Options
	}{
		"base":          {runOf("base", 1024, 8192), paper},
		"outside a run": {[]models.Model{{Checkpoint: result.Checkpoint{Name: "m"}, Ref: "owner/m"}}, paper},
		"tiny":          {runOf("tiny", 128, 512), tiny},
		"one stage":     {runOf("tiny", 128), tiny},
	} {
		same := cmp.Comparer(func(a, b Options) bool { return fmt.Sprintf("%+v", a) == fmt.Sprintf("%+v", b) })
		got, err := Suited(c.list)
		if diff := cmp.Diff(c.want, got, same); diff != "" || err != nil {
			t.Errorf("%s: %v %s", name, err, diff)
		}
	}
}
