package corpus

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"llmjp.internal/modernbert/pkg/project"
	"llmjp.internal/modernbert/pkg/text"
)

// TestWindows cuts real text: windows follow one another without a gap, none is
// too long, and each ends with a sentence unless the sentence does not fit.
func TestWindows(t *testing.T) {
	c, tok := validation(t)
	const maxLength = 64
	w, err := NewWindows(c, tok, maxLength)
	if err != nil {
		t.Fatal(err)
	}
	var got []int32
	document, whole, cut := 0, 0, 0
	for i := range w.Len() {
		row, err := w.Row(i, maxLength)
		if err != nil {
			t.Fatal(err)
		}
		if len(row) < 3 || len(row) > maxLength {
			t.Fatalf("window %d has %d tokens", i, len(row))
		}
		tokens := row[1 : len(row)-1]
		got = append(got, tokens...)
		want, err := c.Doc(document)
		if err != nil {
			t.Fatal(err)
		}
		if len(got) == len(want) {
			if !slices.EqualFunc(got, want, func(a int32, b uint32) bool { return a == int32(b) }) {
				t.Fatalf("the windows of document %d differ from it", document)
			}
			document, got = document+1, nil
			continue
		}
		end := strings.TrimRight(tok.Decode(tokens), "」』）)】”")
		switch {
		case strings.HasSuffix(end, "。"), strings.HasSuffix(end, "！"), strings.HasSuffix(end, "？"), strings.HasSuffix(end, "\n"):
			whole++
		case len(row) == maxLength && !strings.ContainsAny(tok.Decode(tokens), "。！？\n"):
			cut++
		default:
			t.Errorf("window %d of %d tokens ends in a sentence: %q", i, len(row), tok.Decode(tokens))
		}
	}
	if document != c.Len() || whole < 5*cut || cut == 0 {
		t.Errorf("%d documents of %d, %d windows end with a sentence, %d in one", document, c.Len(), whole, cut)
	}
}

// TestWindowEnd has the cuts by hand: · is a token, 。 ends a sentence, 」 closes.
func TestWindowEnd(t *testing.T) {
	const ends, closes = 1, 2
	for _, test := range []struct {
		tokens string
		room   int
		want   string
	}{
		{"··。··。··", 4, "··。|··。|··"},
		{"··。··。··", 6, "··。··。|··"},
		{"·。」··。」", 5, "·。」|··。」"},
		{"···。」·", 4, "···。|」·"}, // no earlier end: the window is full
		{"·。··。」·", 5, "·。|··。」·"},
		{"·····", 2, "··|··|·"},
		{"·", 2, "·"},
	} {
		var tokens []uint32
		for _, r := range test.tokens {
			tokens = append(tokens, map[rune]uint32{'·': 0, '。': ends, '」': closes}[r])
		}
		mark := func(id int) []bool { return []bool{false, id == ends, id == closes} }
		var got []string
		for from := 0; from < len(tokens); {
			to := windowEnd(tokens, from, test.room, mark(ends), mark(closes))
			got = append(got, string([]rune(test.tokens)[from:to]))
			from = to
		}
		if s := strings.Join(got, "|"); s != test.want {
			t.Errorf("%s in %d: %s, want %s", test.tokens, test.room, s, test.want)
		}
	}
}

// validation builds a corpus of the beginning of the validation text.
func validation(t *testing.T) (*Corpus, text.Tokenizer) {
	t.Helper()
	path, err := project.Path("data", "corpus", "small", "valid.jsonl.gz")
	if err != nil {
		t.Fatal(err)
	}
	tokenizer, err := project.Path("data", "tokenizer")
	if err != nil {
		t.Fatal(err)
	}
	tok, err := text.Open(tokenizer)
	if err != nil {
		t.Fatal(err)
	}
	var lines strings.Builder
	n := 0
	for doc, err := range Texts(path) {
		if err != nil {
			t.Fatal(err)
		}
		line, err := json.Marshal(map[string]string{"text": doc.Text})
		if err != nil {
			t.Fatal(err)
		}
		lines.Write(append(line, '\n'))
		if n++; n == 60 {
			break
		}
	}
	c, err := Build(context.Background(), Options{Patterns: []string{write(t, "valid.jsonl", []byte(lines.String()))}, Tokenizer: tok, Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c, tok
}
