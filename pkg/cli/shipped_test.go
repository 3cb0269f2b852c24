package cli

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"strings"
	"testing"

	"llmjp.internal/modernbert/pkg/project"
)

// The model in data fills masks and embeds as transformers and
// sentence-transformers do, loaded as its model card says.
func TestShippedModel(t *testing.T) {
	dir, err := project.Path("data", "models", "small")
	if err != nil {
		t.Fatal(err)
	}
	type guess struct {
		ID    int32
		Score float64
	}
	var golden []struct {
		Text    string
		Guesses []guess
	}
	data, err := os.ReadFile("testdata/shipped.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, &golden); err != nil || len(golden) != 3 {
		t.Fatal(len(golden), err)
	}
	fill, lines := []string{"fill-mask", "--json", "--model", dir}, ""
	for _, g := range golden {
		fill = append(fill, g.Text)
		line, _ := json.Marshal(map[string]string{"text": strings.ReplaceAll(g.Text, "{}", "")})
		lines += fmt.Sprintf("%s\n", line)
	}
	stdout, stderr, code := command(fill...)
	if code != 0 {
		t.Fatal(stderr)
	}
	answers := json.NewDecoder(strings.NewReader(stdout))
	for _, want := range golden {
		var got struct{ Masks [][]guess }
		if err := answers.Decode(&got); err != nil || len(got.Masks) != 1 || len(got.Masks[0]) != len(want.Guesses) {
			t.Fatalf("%s: %v, %v", want.Text, got, err)
		}
		for i, g := range got.Masks[0] {
			if w := want.Guesses[i]; g.ID != w.ID || math.Abs(g.Score-w.Score) > 1e-5 {
				t.Errorf("%s: guess %d is %v, transformers has %v", want.Text, i, g, w)
			}
		}
	}
	near(t, written(t, "embed", "--model", dir, "--input", file(t, "texts.jsonl", lines)), tensorFile(t, "testdata/shipped.safetensors"), "embeddings", "embeddings")
}
