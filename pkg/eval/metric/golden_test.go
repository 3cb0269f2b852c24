package metric

import (
	"encoding/json"
	"math"
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

type retrieval struct {
	Ranks       []int
	Recall, MRR float64
}

// golden is testdata/golden.json, which testdata/golden.py makes with other
// libraries.
type golden struct {
	Texts []struct {
		Queries, Texts, Strip []string
		Distances             [][]int
		Words, Chars          [][]float64
		Edit                  retrieval `json:"edit_retrieval"`
		ByWord                retrieval `json:"word_retrieval"`
		ByChar                retrieval `json:"char_retrieval"`
	}
	Embeddings []struct {
		X, Y                  []float32
		Dim                   int
		Cosine                []float64
		Alignment, Uniformity float64
		PairUniformity        float64 `json:"pair_uniformity"`
		Ranks                 []int
	}
	Correlations []struct {
		X, Y, Ranks, Quartiles []float64
		Pearson, Spearman      float64
	}
	Classifications []struct {
		Labels, Predictions []int
		Accuracy, Matthews  float64
	}
}

func load(t *testing.T) (g golden) {
	t.Helper()
	data, err := os.ReadFile("testdata/golden.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, &g); err != nil {
		t.Fatal(err)
	}
	return g
}

var close12 = cmpopts.EquateApprox(0, 1e-12)

func check(t *testing.T, name string, want, got any, options ...cmp.Option) {
	t.Helper()
	if diff := cmp.Diff(want, got, options...); diff != "" {
		t.Errorf("%s (-other library +ours):\n%s", name, diff)
	}
}

func scores(ranks []int) retrieval { return retrieval{ranks, Recall(ranks, 10), MRR(ranks, 10)} }

func pieces(texts []string, split func(string) []string) [][]string {
	out := make([][]string, len(texts))
	for i, text := range texts {
		out[i] = split(text)
	}
	return out
}

func TestTexts(t *testing.T) {
	for _, c := range load(t).Texts {
		distances := NewTexts(c.Texts).Distances(c.Queries)
		check(t, "Levenshtein", c.Distances, distances)
		var edit []int
		for i, row := range distances {
			minus := make([]float64, len(row))
			for j, d := range row {
				minus[j] = -float64(d)
			}
			edit = append(edit, Rank(minus, i))
		}
		check(t, "retrieval by edit distance", c.Edit, scores(edit), close12)
		for i, query := range c.Queries {
			check(t, "Strip", c.Strip[i], Strip(query))
		}
		for _, unit := range []struct {
			name  string
			split func(string) []string
			want  [][]float64
			ranks retrieval
		}{{"words", Words, c.Words, c.ByWord}, {"chars", Chars, c.Chars, c.ByChar}} {
			sets := NewSets(pieces(c.Texts, unit.split))
			var got [][]float64
			var ranks []int
			for i, query := range c.Queries {
				row := sets.Similarities(unit.split(query))
				got = append(got, row)
				ranks = append(ranks, Rank(row, i))
			}
			check(t, "Jaccard by "+unit.name, unit.want, got)
			check(t, "retrieval by Jaccard by "+unit.name, unit.ranks, scores(ranks), close12)
		}
	}
}

func TestEmbeddings(t *testing.T) {
	for _, c := range load(t).Embeddings {
		x, err := Normalize(c.X, c.Dim)
		if err != nil {
			t.Fatal(err)
		}
		y, err := Normalize(c.Y, c.Dim)
		if err != nil {
			t.Fatal(err)
		}
		check(t, "cosine", c.Cosine, x.Pairwise(y), close12)
		check(t, "alignment", c.Alignment, Alignment(x, y), close12)
		check(t, "uniformity", c.Uniformity, Uniformity(x), close12)
		check(t, "uniformity of pairs", c.PairUniformity, PairUniformity(x, y), close12)
		check(t, "ranks", c.Ranks, Ranks(x, y))
	}
}

func TestCorrelations(t *testing.T) {
	for _, c := range load(t).Correlations {
		check(t, "Pearson", c.Pearson, Pearson(c.X, c.Y), close12)
		check(t, "Spearman", c.Spearman, Spearman(c.X, c.Y), close12)
		check(t, "ranks", c.Ranks, MeanRanks(c.X))
		lower, median, upper := Quartiles(c.X)
		check(t, "quartiles", c.Quartiles, []float64{lower, median, upper}, close12)
	}
}

func TestClassifications(t *testing.T) {
	for _, c := range load(t).Classifications {
		check(t, "accuracy", c.Accuracy, Accuracy(c.Labels, c.Predictions), close12)
		check(t, "Matthews", c.Matthews, Matthews(c.Labels, c.Predictions), close12)
	}
}

func TestEdges(t *testing.T) {
	nan := math.NaN()
	for _, c := range []struct {
		name      string
		want, got float64
	}{
		{"Pearson of a constant", nan, Pearson([]float64{1, 1, 1}, []float64{1, 2, 3})},
		{"Pearson of one pair", nan, Pearson([]float64{1}, []float64{1})},
		{"Spearman with a NaN", nan, Spearman([]float64{1, nan, 3}, []float64{1, 2, 3})},
		{"accuracy of nothing", nan, Accuracy(nil, nil)},
		{"Matthews of nothing", 0, Matthews(nil, nil)},
		{"recall of nothing", 0, Recall(nil, 10)},
		{"MRR of nothing", 0, MRR(nil, 10)},
		{"the last of equals", 3, float64(Rank([]float64{1, 1, 1}, 2))},
		{"NaN comes last", 3, float64(Rank([]float64{nan, 1, 2}, 0))},
		{"two NaN", 3, float64(Rank([]float64{nan, 1, nan}, 2))},
		{"edit distance to nothing", 3, float64(Levenshtein("東京都", ""))},
	} {
		check(t, c.name, c.want, c.got, cmpopts.EquateNaNs())
	}
	if _, err := Normalize([]float32{1, float32(nan)}, 2); err == nil {
		t.Error("an embedding with NaN was taken")
	}
	zero, err := Normalize([]float32{0, 0, 3, 4}, 2)
	if err != nil {
		t.Fatal(err)
	}
	check(t, "lengths", []float64{0, 0, 0.6, 0.8}, append(append([]float64{}, zero.Row(0)...), zero.Row(1)...), close12)
}

// FuzzLevenshtein compares with the dynamic programme of the textbook.
func FuzzLevenshtein(f *testing.F) {
	f.Add("", "東京")
	f.Add("kitten", "sitting")
	f.Add("日本の首都は東京である。日本の首都は東京である。日本の首都は東京である。日本の首都は東京である。日本の首都は東京である。日本の首都は東京である。", "京都")
	f.Fuzz(func(t *testing.T, a, b string) {
		x, y := []rune(a), []rune(b)
		if len(x)*len(y) > 1e6 {
			return
		}
		row := make([]int, len(y)+1)
		for j := range row {
			row[j] = j
		}
		for i, r := range x {
			diagonal := row[0]
			row[0] = i + 1
			for j, s := range y {
				cost := diagonal
				if r != s {
					cost++
				}
				diagonal, row[j+1] = row[j+1], min(cost, row[j]+1, row[j+1]+1)
			}
		}
		if got := Levenshtein(a, b); got != row[len(y)] {
			t.Errorf("Levenshtein(%q, %q) = %d, want %d", a, b, got, row[len(y)])
		}
	})
}

// BenchmarkDistances is Table 4's edit distance: 1,746 x 1,746 passages of
// about 200 characters.
func BenchmarkDistances(b *testing.B) {
	texts := make([]string, 1746)
	state := uint32(1)
	for i := range texts {
		runes := make([]rune, 100+i%200)
		for j := range runes {
			state = state*1664525 + 1013904223
			runes[j] = 'あ' + rune(state>>20)
		}
		texts[i] = string(runes)
	}
	for b.Loop() {
		NewTexts(texts).Distances(texts)
	}
}
