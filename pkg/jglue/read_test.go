package jglue

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"llmjp.internal/modernbert/pkg/project"
)

func data(t *testing.T, elements ...string) string {
	t.Helper()
	path, err := project.Path(append([]string{"data", "jglue"}, elements...)...)
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// The published files are read whole, with the rows and labels that they have.
func TestReadPublished(t *testing.T) {
	for _, c := range []struct {
		task   Task
		file   string
		n      int
		first  Example
		counts []int // of the classes
	}{
		{JSTS, "jsts/train.json", JSTS.Train, Example{ID: "0", A: "川べりでサーフボードを持った人たちがいます。", B: "トイレの壁に黒いタオルがかけられています。", Label: 0}, nil},
		{JSTS, "jsts/valid.json", JSTS.Valid, Example{ID: "0", A: "レンガの建物の前を、乳母車を押した女性が歩いています。", B: "厩舎で馬と女性とが寄り添っています。"}, nil},
		{JNLI, "jnli/valid.json", JNLI.Valid, Example{ID: "0", A: "時計がついている場所にパブリックマーケットセンターとかかれた看板が設置されています。", B: "屋根の上に看板があり時計もついています。", Label: 2}, []int{349, 735, 1350}},
		{JNLI, "jnli/train-recovered.json", 1334, Example{ID: "45", A: "誰も居ない学校の教室に机が並べられています。", B: "生徒が一人だけの学校の教室に机が並べられています。", Label: 1}, []int{143, 625, 566}},
		{JCoLA, "jcola/train.json", JCoLA.Train, Example{ID: "3924", A: "ジョンはビルに本を買われた。", Label: 1}, []int{1150, 5769}},
		{JCoLA, "jcola/valid.json", JCoLA.Valid, Example{ID: "2733", A: "ここは寒すぎている。", Label: 0}, []int{139, 726}},
	} {
		examples, err := Read(c.task, data(t, c.file))
		if err != nil {
			t.Error(err)
			continue
		}
		c.first.Where = data(t, c.file) + ":1"
		if diff := cmp.Diff(c.first, examples[0]); diff != "" || len(examples) != c.n {
			t.Errorf("%s: %d rows, want %d; the first:\n%s", c.file, len(examples), c.n, diff)
		}
		if c.counts == nil {
			continue
		}
		counts := make([]int, len(c.task.Labels))
		for _, e := range examples {
			counts[int(e.Label)]++
		}
		if diff := cmp.Diff(c.counts, counts); diff != "" {
			t.Errorf("%s: classes\n%s", c.file, diff)
		}
	}
}

// Classes are read by name and by number, as the data sets of the hub have
// them, and names of fields match exactly.
func TestReadClasses(t *testing.T) {
	for _, c := range []struct {
		task  Task
		line  string
		label float64
	}{
		{JNLI, `{"sentence1": "犬", "sentence2": "猫", "label": 0}`, 0},
		{JNLI, `{"sentence1": "犬", "sentence2": "猫", "label": 2}`, 2},
		{JNLI, `{"sentence1": "犬", "sentence2": "猫", "label": "contradiction"}`, 1},
		{JNLI, `{"sentence1": "犬", "sentence2": "猫", "label": "entailment", "Label": "neutral", "LABEL": 2, "SENTENCE1": "全く別"}`, 0},
		{JCoLA, `{"sentence": "犬", "label": "acceptable"}`, 1},
		{JCoLA, `{"Sentence": "猫", "sentence": "犬", "label": 0, "Label": 1}`, 0},
		{JSTS, `{"sentence1": "犬", "sentence2": "猫", "label": 2, "Label": 3.5}`, 2},
	} {
		path := filepath.Join(t.TempDir(), "rows.json")
		if err := os.WriteFile(path, []byte(c.line+"\n"), 0o666); err != nil {
			t.Fatal(err)
		}
		examples, err := Read(c.task, path)
		if err != nil || len(examples) != 1 || examples[0].Label != c.label || examples[0].A != "犬" {
			t.Errorf("%s: %v, %v", c.line, examples, err)
		}
	}
}

// Every bad line is one error that names FILE:LINE and the field.
func TestReadRefuses(t *testing.T) {
	const (
		sts   = `{"sentence_pair_id": "0", "sentence1": "猫がいます。", "sentence2": "犬がいます。", "label": 2.5}`
		nli   = `{"sentence_pair_id": "0", "sentence1": "猫がいます。", "sentence2": "犬がいます。", "label": "neutral"}`
		colas = `{"uid": 1, "sentence": "猫がいます。", "label": 1}`
	)
	for _, c := range []struct {
		name, good, bad, want string
		task                  Task
	}{
		{"score above", sts, strings.Replace(sts, "2.5", "5.1", 1), "field label is 5.1, want a score from 0 to 5", JSTS},
		{"score below", sts, strings.Replace(sts, "2.5", "-0.1", 1), "field label is -0.1, want a score from 0 to 5", JSTS},
		{"score as text", sts, strings.Replace(sts, "2.5", `"high"`, 1), `field label is "high", want a score`, JSTS},
		{"label missing", sts, strings.Replace(sts, `, "label": 2.5`, "", 1), "field label is missing", JSTS},
		{"label null", nli, strings.Replace(nli, `"neutral"`, "null", 1), "field label is null: leave lines without a label out", JNLI},
		{"label unknown", nli, strings.Replace(nli, "neutral", "maybe", 1), `field label is "maybe", want 0 (entailment), 1 (contradiction), 2 (neutral)`, JNLI},
		{"class unknown", colas, strings.Replace(colas, `"label": 1`, `"label": 2`, 1), "field label is 2, want 0 (unacceptable), 1 (acceptable)", JCoLA},
		{"class in between", colas, strings.Replace(colas, `"label": 1`, `"label": 0.5`, 1), "field label is 0.5, want 0", JCoLA},
		{"no sentence", colas, `{"uid": 2, "label": 1}`, "field sentence is missing", JCoLA},
		{"no second sentence", sts, `{"sentence1": "猫がいます。", "label": 1.0}`, "field sentence2 is missing", JSTS},
		{"empty sentence", sts, strings.Replace(sts, "犬がいます。", " ", 1), "field sentence2 is empty", JSTS},
		{"sentence a number", sts, strings.Replace(sts, `"猫がいます。"`, "7", 1), `field "sentence1" is a number, a string is needed`, JSTS},
		{"an array", sts, `[1]`, "this is an array, an object is needed", JSTS},
		{"a key twice", sts, strings.Replace(sts, "{", `{"label": 1.5, `, 1), `field "label" comes twice`, JSTS},
		{"a key in another case", sts, strings.Replace(sts, `"label"`, `"Label"`, 1), "field label is missing", JSTS},
		{"number of no class", nli, strings.Replace(nli, `"neutral"`, "3", 1), "field label is 3, want 0 (entailment)", JNLI},
		{"cut short", sts, sts[:40], "not JSON", JSTS},
		{"not UTF-8", sts, strings.Replace(sts, "猫", "\xff", 1), "not UTF-8", JSTS},
		{"JNLI for JSTS", sts, nli, "a line of JNLI, the task is JSTS", JSTS},
		{"JSTS for JNLI", nli, sts, "a line of JSTS, the task is JNLI", JNLI},
		{"JCoLA for JSTS", sts, colas, "a line of JCoLA, the task is JSTS", JSTS},
		{"JNLI for JCoLA", colas, nli, "a line of JNLI, the task is JCoLA", JCoLA},
	} {
		t.Run(c.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "rows.json")
			if err := os.WriteFile(path, []byte(c.good+"\n\n"+c.bad+"\n"), 0o666); err != nil {
				t.Fatal(err)
			}
			_, err := Read(c.task, path)
			if err == nil || !strings.HasPrefix(err.Error(), path+":3: ") || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "\n") {
				t.Errorf("error %v, want %s:3: %s", err, path, c.want)
			}
		})
	}
	if _, err := Read(JSTS, filepath.Join(t.TempDir(), "none.json")); err == nil || !strings.Contains(err.Error(), "no such file") {
		t.Errorf("a file that is not there: %v", err)
	}
}

func TestParse(t *testing.T) {
	for name, want := range map[string]Task{"jsts": JSTS, "JNLI": JNLI, "jcola": JCoLA} {
		if got, err := Parse(name); err != nil || got.Name != want.Name || got.Key() != strings.ToLower(name) {
			t.Errorf("Parse(%s) = %s, %v", name, got.Name, err)
		}
	}
	if _, err := Parse("jsquad"); err == nil || !strings.Contains(err.Error(), "jsts, jnli, jcola") {
		t.Errorf("an unknown task: %v", err)
	}
}

func TestScore(t *testing.T) {
	if p := JSTS.Predictions([]float32{1.5, -2}); !cmp.Equal(p, []float64{1.5, -2}) {
		t.Errorf("predictions of a regression: %v", p)
	}
	if p := JNLI.Predictions([]float32{0, 1, 1, 3, 2, 1}); !cmp.Equal(p, []float64{1, 0}) {
		t.Errorf("predictions of a classifier: %v", p)
	}
	score, others := JSTS.Score([]float64{0, 1, 2, 5}, []float64{0, 2, 4, 10})
	if score < 1-1e-12 || others["spearman"] < 1-1e-12 {
		t.Errorf("a line: %g %v", score, others)
	}
	if score, others := JSTS.Score([]float64{0, 1, 2}, []float64{3, 3, 3}); score != 0 || others["spearman"] != 0 {
		t.Errorf("a constant: %g %v", score, others)
	}
	score, others = JCoLA.Score([]float64{1, 1, 1, 0}, []float64{1, 1, 1, 1})
	if score != 0.75 || others["mcc"] != 0 {
		t.Errorf("the frequent class: %g %v", score, others)
	}
	if _, others := JNLI.Score([]float64{1, 2}, []float64{1, 2}); others != nil {
		t.Errorf("JNLI has other metrics: %v", others)
	}
}

func TestConstant(t *testing.T) {
	for _, c := range []struct {
		task Task
		want float64
	}{{JSTS, 0}, {JNLI, 1350.0 / 2434}, {JCoLA, 726.0 / 865}} {
		examples, err := Read(c.task, data(t, c.task.Key(), "valid.json"))
		if err != nil {
			t.Fatal(err)
		}
		if got := c.task.Constant(Labels(examples)); got != c.want {
			t.Errorf("%s: %g, want %g", c.task.Name, got, c.want)
		}
	}
	if a, b := JSTS.LabelName(2.5), JNLI.LabelName(1); a != "2.50" || b != "contradiction" {
		t.Errorf("labels are called %s, %s", a, b)
	}
}

func TestNote(t *testing.T) {
	if note := JSTS.Note([]string{"a/train.json"}, 12451, 1457); note != "" {
		t.Error(note)
	}
	if note := JNLI.Note([]string{"a/train-recovered.json"}, 1334, 2434); note != "trained on 1334 rows (train-recovered.json) instead of the 20073 of JNLI: not comparable with the paper" {
		t.Error(note)
	}
}
