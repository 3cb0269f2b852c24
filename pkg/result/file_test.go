package result

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func ptr(x float64) *float64 { return &x }

// samples returns one small value of every type.
func samples() []Result {
	from := Provenance{Preset: "tiny", Data: []Data{{"wiki, \"valid\" [x]", "ab12"}}, Seed: 42, Seconds: 1.5, Notes: []string{"コーパスは別"}}
	long := make([]float32, 300)
	for i := range long {
		long[i] = float32(i) / 150
	}
	return []Result{
		&TrainingCurve{Provenance: from, Stages: []Stage{
			{Stage: 1, TotalSteps: 20, MaxLength: 128, Unigram: &Unigram{7.1, 0.05}, Evaluations: []Evaluation{{Step: 0, Loss: 11.5, Accuracy: 0}, {10, 8, 0.1, ptr(0.2), ptr(0.1)}}, Training: []TrainingLoss{{1, 11.4}}},
			{Stage: 2, TotalSteps: 10, MaxLength: 256, Evaluations: []Evaluation{{10, 7, 0.2, ptr(0.3), ptr(0.2)}}},
		}},
		&FillMask{from, []Checkpoint{{Name: "a"}}, []Gap{{1, "吾輩は{}である。", []string{"猫"}, []int{1}, [][]Guess{{{9, "猫", 0.5}, {8, "犬", 0.1}}}}}},
		&PseudoPerplexity{from, 100, PaperBins(), 2, []ModelScores{{Checkpoint{Name: "a"}, []DocumentScore{{"x", 10, 3.5}, {"y", 2000, 25}, {"z", 1100, 5}}}}},
		&AlignmentUniformity{from, 10, 20, []EmbeddingScore{{Checkpoint{"", 1, 0}, 0.5, -2, ptr(0.25)}, {Checkpoint{"", 2, 5}, 0.2, -1, nil}}, PaperFigure3()},
		&Similarity{from, []PairDistances{{Checkpoint{"", 1, 0}, []float32{0.1, 0.25}, long}}},
		&Retrieval{from, "pairs", 830, []RetrievalRow{{Checkpoint{"a", 0, 0}, 0.5, 0.25}}},
		&JGLUE{
			Provenance: from, Models: []JGLUEModel{{Checkpoint{Name: "a"}, 187, "5eed"}},
			Runs:       []FineTuneRun{{Model: "a", Task: "JSTS", LR: 1e-5, Epochs: 3, Seed: 42, Metric: "pearson", Score: 0.9}},
			Selections: []Selection{{"a", "JSTS", 36, 500, 0.91, 0.9}},
			Misjudged:  []Misjudgement{{"a", "JSTS", "猫がいる。", "犬がいる。", "0.00", "3.50", 3.5}},
		},
		&Claims{from, []uint64{42}, []Claim{{Section: "3.2", Text: "the loss falls", Wanted: "above 0", Effects: []*float64{ptr(1)}, Mean: ptr(1), Verdict: Untold}}, []Trace{
			{8, []TracePoint{{Checkpoint{"", 1, 4}, ptr(7.5), ptr(-1), ptr(0.2), map[string]float64{"JSTS": 0.5}}}},
		}},
		&Bench{from, Machine{Name: "cpu", Peak: map[string]float64{"float32": 1e11}}, []BenchRow{{Task: "train", Program: "ours", Rates: []float64{3, 1, 2}, Compute: "float32", Operations: 1e10}}},
	}
}

func TestRoundTrip(t *testing.T) {
	for _, r := range samples() {
		dir := t.TempDir()
		if err := Save(dir, r); err != nil {
			t.Fatal(err)
		}
		content, err := os.ReadFile(filepath.Join(dir, r.Kind()+".json"))
		if err != nil {
			t.Fatal(err)
		}
		back, err := decodeAs(r, content)
		if err != nil {
			t.Fatalf("%s: %v\n%s", r.Kind(), err, content)
		}
		if diff := cmp.Diff(r, back); diff != "" {
			t.Errorf("%s changed:\n%s", r.Kind(), diff)
		}
		again, _ := Encode(back)
		if string(again) != string(content) {
			t.Errorf("%s: the bytes changed", r.Kind())
		}
		for _, line := range strings.Split(string(content), "\n") {
			if len(line) > lineWidth+40 {
				t.Errorf("%s: a line of %d bytes: %s", r.Kind(), len(line), line)
			}
		}
		if left, _ := filepath.Glob(filepath.Join(dir, ".*")); len(left) > 0 {
			t.Errorf("left behind: %v", left)
		}
	}
}

func decodeAs(like Result, content []byte) (Result, error) {
	switch like.(type) {
	case *TrainingCurve:
		return Decode[TrainingCurve](content)
	case *FillMask:
		return Decode[FillMask](content)
	case *PseudoPerplexity:
		return Decode[PseudoPerplexity](content)
	case *AlignmentUniformity:
		return Decode[AlignmentUniformity](content)
	case *Similarity:
		return Decode[Similarity](content)
	case *Retrieval:
		return Decode[Retrieval](content)
	case *JGLUE:
		return Decode[JGLUE](content)
	case *Claims:
		return Decode[Claims](content)
	case *Bench:
		return Decode[Bench](content)
	}
	panic("a type without a case")
}

func TestReadErrors(t *testing.T) {
	for _, test := range []struct{ name, content, want string }{
		{"kind", `{"kind":"retrieval","result":{}}`, `kind is "retrieval", want "training-curve"`},
		{"missing", `{"kind":"training-curve"}`, "field result is missing"},
		{"unknown", `{"kind":"training-curve","result":{"stagse":[]}}`, `unknown field "stagse"`},
		{"empty", `{"kind":"training-curve","result":{"stages":[]}}`, "stages is empty"},
		{"type", `{"kind":"training-curve","result":{"stages":7}}`, "stages"},
		{"cut", `{"kind":"training-`, "it ends too early"},
		{"nothing", ``, "it ends too early"},
		{"more", `{"kind":"training-curve","result":{}} {}`, "after top-level value"},
		{"order", `{"kind":"training-curve","result":{"stages":[{"stage":1,"evaluations":[{"step":5,"loss":1},{"step":5,"loss":1}]}]}}`, "stages[0]: evaluations[1]: step 5 follows step 5"},
		{"share", `{"kind":"training-curve","result":{"stages":[{"stage":1,"evaluations":[{"step":5,"loss":1,"accuracy":1.5}]}]}}`, "accuracy is 1.5"},
		{"loss", `{"kind":"training-curve","result":{"stages":[{"stage":1,"evaluations":[{"step":5}]}]}}`, "loss is 0"},
	} {
		t.Run(test.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "r.json")
			if err := os.WriteFile(path, []byte(test.content), 0o644); err != nil {
				t.Fatal(err)
			}
			_, err := ReadFile[TrainingCurve](path)
			if err == nil || !strings.Contains(err.Error(), test.want) || !strings.Contains(err.Error(), path) {
				t.Errorf("error %v, want %q and the path", err, test.want)
			}
		})
	}
	if _, err := Load[Bench](t.TempDir()); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("error %v, want ErrNotExist", err)
	}
}

// TestOlderResults reads results of versions that knew no IsoScore and no traces.
func TestOlderResults(t *testing.T) {
	points, err := Decode[AlignmentUniformity]([]byte(`{"kind":"alignment-uniformity","result":{"provenance":{"seed":42},"pairs":1,"texts":2,
		"checkpoints":[{"name":"","stage":1,"step":4,"alignment":0.5,"uniformity":-1}]}}`))
	if err != nil || points.Checkpoints[0].IsoScore != nil {
		t.Errorf("%+v, %v", points, err)
	}
	claims, err := Decode[Claims]([]byte(`{"kind":"claims","result":{"provenance":{"seed":42},"seeds":[42],
		"claims":[{"section":"3.2","text":"","paper":"","measure":"","wanted":"below 0.75","effects":[null],"verdict":"cannot be told"}]}}`))
	if err != nil || claims.Traces != nil {
		t.Errorf("%+v, %v", claims, err)
	}
}

func TestInvalidIsNotWritten(t *testing.T) {
	dir := t.TempDir()
	good := samples()[0].(*TrainingCurve)
	if err := Save(dir, good); err != nil {
		t.Fatal(err)
	}
	if err := Save(dir, &TrainingCurve{}); err == nil {
		t.Fatal("an empty curve was written")
	}
	if _, err := Load[TrainingCurve](dir); err != nil {
		t.Errorf("the older file is gone: %v", err)
	}
}

func FuzzDecode(f *testing.F) {
	for _, r := range samples() {
		content, _ := Encode(r)
		f.Add(content)
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		s, err := Decode[Similarity](content)
		if err != nil {
			return
		}
		once, err := Encode(s)
		if err != nil {
			t.Fatal(err)
		}
		back, err := Decode[Similarity](once)
		if err != nil {
			t.Fatal(err)
		}
		if twice, _ := Encode(back); string(twice) != string(once) {
			t.Errorf("not stable:\n%s\n%s", once, twice)
		}
	})
}
