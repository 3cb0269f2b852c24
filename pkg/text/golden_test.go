package text_test

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"io"
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"llmjp.internal/modernbert/pkg/text"
)

// golden is a case of testdata/cases.jsonl.gz, made by make_golden.py.
type golden struct {
	Text                                 *string
	A, B                                 string
	Max                                  int
	Bare                                 bool
	Unigram, WordPiece, Lower, Character *struct{ IDs, Types []int32 }
}

func unpack(t testing.TB, path string) []byte {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	r, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	data, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func cases(t testing.TB) []golden {
	t.Helper()
	var all []golden
	lines := bufio.NewScanner(bytes.NewReader(unpack(t, "testdata/cases.jsonl.gz")))
	for lines.Scan() {
		var g golden
		if err := json.Unmarshal(lines.Bytes(), &g); err != nil {
			t.Fatal(err)
		}
		all = append(all, g)
	}
	if len(all) < 400 {
		t.Fatalf("%d golden cases, there were 469", len(all))
	}
	return all
}

func encode(tok text.Tokenizer, g golden) (text.Encoding, error) {
	if g.Text == nil {
		return tok.EncodePair(g.A, g.B, g.Max)
	}
	return tok.Encode(*g.Text, !g.Bare, g.Max)
}

// changed returns the WordPiece tokenizer with a field of its config replaced.
func changed(t testing.TB, key string, value any) text.Tokenizer {
	t.Helper()
	files := open(t, wordPiece).Files()
	config := map[string]any{}
	if err := json.Unmarshal(files["tokenizer_config.json"], &config); err != nil {
		t.Fatal(err)
	}
	config[key] = value
	files["tokenizer_config.json"], _ = json.Marshal(config)
	tok, err := text.New(files)
	if err != nil {
		t.Fatal(err)
	}
	return tok
}

// TestTransformers holds ids and token types to those of transformers.
func TestTransformers(t *testing.T) {
	all := cases(t)
	for name, c := range map[string]struct {
		tok  text.Tokenizer
		want func(golden) *struct{ IDs, Types []int32 }
	}{
		"unigram":   {open(t, ours), func(g golden) *struct{ IDs, Types []int32 } { return g.Unigram }},
		"wordpiece": {open(t, wordPiece), func(g golden) *struct{ IDs, Types []int32 } { return g.WordPiece }},
		"lower":     {changed(t, "do_lower_case", true), func(g golden) *struct{ IDs, Types []int32 } { return g.Lower }},
		"character": {changed(t, "subword_tokenizer_type", "character"), func(g golden) *struct{ IDs, Types []int32 } { return g.Character }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			n := 0
			for i, g := range all {
				want := c.want(g)
				if want == nil {
					continue
				}
				n++
				got, err := encode(c.tok, g)
				if err != nil {
					t.Errorf("case %d: %v", i, err)
					continue
				}
				if diff := cmp.Diff(want.IDs, got.IDs, cmpopts.EquateEmpty()); diff != "" {
					t.Errorf("case %d: ids (-transformers +ours):\n%s", i, diff)
				}
				if diff := cmp.Diff(want.Types, got.TypeIDs, cmpopts.EquateEmpty()); diff != "" {
					t.Errorf("case %d: token types (-transformers +ours):\n%s", i, diff)
				}
			}
			if n < 100 {
				t.Errorf("only %d cases", n)
			}
		})
	}
}

// TestOffsets checks that offsets point at the text of each piece.
func TestOffsets(t *testing.T) {
	tok := open(t, ours)
	for i, g := range cases(t) {
		if g.Text == nil {
			continue
		}
		e, err := encode(tok, g)
		if err != nil {
			t.Fatal(err)
		}
		before := 0
		for k, o := range e.Offsets {
			if e.Special[k] {
				if o != [2]int{} {
					t.Errorf("case %d: the template's token %d is at %v", i, k, o)
				}
				continue
			}
			if o[0] > o[1] || o[1] > len(*g.Text) || o[0] < before {
				t.Fatalf("case %d: token %d is at %v, after %d, in a text of %d bytes", i, k, o, before, len(*g.Text))
			}
			before = o[0]
			piece := tok.Token(e.IDs[k])
			if part := (*g.Text)[o[0]:o[1]]; len(piece) > 3 && piece[0] != '<' && piece[:3] != "▁" && piece != part {
				t.Errorf("case %d: token %d %q stands at %q", i, k, piece, part)
			}
		}
	}
}
