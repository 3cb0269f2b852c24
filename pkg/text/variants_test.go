package text_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"llmjp.internal/modernbert/pkg/text"
)

// variant is a line of testdata/variants.jsonl.gz: files, and what transformers
// makes of them (testdata/variants.py).
type variant struct {
	Row   string // of the table in the package's documentation; "" of a drawn one
	Texts []string
	Pair  [2]string
	Files map[string]string
	Want  struct {
		Error         string
		Class         string
		Special       struct{ CLS, SEP, Mask, Pad, Unk int32 }
		All           []int32
		Texts         []encoded
		Bare, Cut     encoded
		Pair, CutPair encoded
	}
}

// encoded is an encoding by transformers, or its error.
type encoded struct {
	IDs     []int32
	Tokens  []string
	PairIDs []int32 `json:"input_ids"`
	Types   []int32 `json:"token_type_ids"`
	Error   string
}

// TestVariants holds what becomes of drawn files to transformers: ids, tokens,
// special ids and truncation are equal, or the files are refused.
func TestVariants(t *testing.T) {
	s := compareVariants(t, unpack(t, "testdata/variants.jsonl.gz"))
	if s.equal < 80 {
		t.Errorf("only %d of %d variants were compared", s.equal, s.drawn)
	}
}

var (
	variants     = flag.Int("variants", 20, "how many variants TestVariantsLive draws")
	variantsSeed = flag.Int("variants-seed", 7, "what TestVariantsLive draws them by")
)

// TestVariantsLive draws new variants with the transformers that scripts/setup
// --peer installs. go test ./pkg/text -run VariantsLive -v -variants 500
// -variants-seed 11 draws 500.
func TestVariantsLive(t *testing.T) {
	python, err := filepath.Abs("../../.local/peer/bin/python")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(python); err != nil {
		t.Skip("no transformers here: scripts/setup --peer installs it")
	}
	command := exec.Command(python, "testdata/variants.py", "--seed", fmt.Sprint(*variantsSeed), "--count", fmt.Sprint(*variants), "--output", "-")
	out, err := command.Output()
	if err != nil {
		t.Fatalf("variants.py: %v", err)
	}
	compareVariants(t, out)
}

// share counts what became of the variants.
type share struct{ drawn, equal, refused, both, lenient int }

func compareVariants(t *testing.T, lines []byte) share {
	t.Helper()
	var s share
	var inputs variant
	scanner := bufio.NewScanner(bytes.NewReader(lines))
	scanner.Buffer(nil, 1<<24)
	for i := 0; scanner.Scan(); i++ {
		var v variant
		if err := json.Unmarshal(scanner.Bytes(), &v); err != nil {
			t.Fatal(err)
		}
		if i == 0 {
			inputs = v
			continue
		}
		s.drawn++
		dir := t.TempDir()
		for name, content := range v.Files {
			write(t, dir, name, content)
		}
		tok, err := text.Open(dir)
		switch {
		case err != nil && v.Want.Error != "":
			s.both++
		case err != nil && v.Row != "":
			t.Errorf("%s: %v", v.Row, err)
		case err != nil:
			s.refused++
			t.Logf("variant %d (%s) is refused: %v", i, v.Want.Class, err)
		case v.Want.Error != "":
			s.lenient++
			t.Logf("variant %d is read, transformers: %s", i, v.Want.Error)
		default:
			if diff := v.differs(tok, inputs); diff != "" {
				t.Errorf("variant %d %s(%s), -transformers +ours:\n%s%s", i, v.Row, v.Want.Class, diff, v.show())
			} else {
				s.equal++
			}
		}
	}
	t.Logf("%d variants: %d equal, %d refused here alone, %d refused by both, %d read here alone", s.drawn, s.equal, s.refused, s.both, s.lenient)
	return s
}

// differs returns the first difference of a tokenizer from what transformers does.
func (v variant) differs(tok text.Tokenizer, inputs variant) string {
	got, want := tok.Special(), v.Want.Special
	if diff := cmp.Diff(text.Special{CLS: want.CLS, SEP: want.SEP, Mask: want.Mask, Pad: want.Pad, Unknown: want.Unk, All: v.Want.All}, got, cmpopts.EquateEmpty()); diff != "" {
		return "special ids: " + diff
	}
	for i, text := range inputs.Texts {
		e, err := tok.Encode(text, true, 0)
		if diff := v.Want.Texts[i].differs(tok, e.IDs, err); diff != "" {
			return fmt.Sprintf("%q: %s", text, diff)
		}
	}
	e, err := tok.Encode(inputs.Texts[3], false, 0)
	if diff := v.Want.Bare.differs(tok, e.IDs, err); diff != "" {
		return "without special tokens: " + diff
	}
	e, err = tok.Encode(inputs.Texts[3], true, 6)
	if diff := v.Want.Cut.differs(tok, e.IDs, err); diff != "" {
		return "cut to 6: " + diff
	}
	for i, want := range []encoded{v.Want.Pair, v.Want.CutPair} {
		e, err := tok.EncodePair(inputs.Pair[0], inputs.Pair[1], 9*i)
		if (err != nil) != (want.Error != "") {
			return fmt.Sprintf("pair: error %v, transformers %q", err, want.Error)
		}
		if diff := cmp.Diff(want.PairIDs, e.IDs, cmpopts.EquateEmpty()) + cmp.Diff(want.Types, e.TypeIDs, cmpopts.EquateEmpty()); diff != "" {
			return fmt.Sprintf("pair, longest %d: %s", 9*i, diff)
		}
	}
	return ""
}

func (want encoded) differs(tok text.Tokenizer, ids []int32, err error) string {
	if (err != nil) != (want.Error != "") {
		return fmt.Sprintf("error %v, transformers %q", err, want.Error)
	}
	if diff := cmp.Diff(want.IDs, ids, cmpopts.EquateEmpty()); diff != "" {
		return "ids: " + diff
	}
	for i, id := range ids {
		if got := tok.Token(id); got != want.Tokens[i] {
			if same, ok := tok.ID(want.Tokens[i]); !ok || same != id { // of two pieces with one id the library takes any
				return fmt.Sprintf("token %d: %q, transformers %q", id, got, want.Tokens[i])
			}
		}
	}
	return ""
}

// show prints the files without their vocabularies.
func (v variant) show() string {
	var out bytes.Buffer
	for _, name := range []string{"config.json", "tokenizer_config.json", "special_tokens_map.json", "added_tokens.json", "tokenizer.json", "vocab.txt"} {
		content, ok := v.Files[name]
		if !ok {
			continue
		}
		top := map[string]any{}
		if json.Unmarshal([]byte(content), &top) == nil {
			if model, ok := top["model"].(map[string]any); ok {
				delete(model, "vocab")
				delete(model, "merges")
			}
			short, _ := json.Marshal(top)
			content = string(short)
		}
		fmt.Fprintf(&out, "%s: %s\n", name, content[:min(len(content), map[bool]int{true: 60, false: 4000}[name == "vocab.txt"])])
	}
	return out.String()
}
