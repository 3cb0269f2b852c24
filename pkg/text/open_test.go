package text_test

import (
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"llmjp.internal/modernbert/pkg/text"
)

const (
	ours      = "../../data/tokenizer"
	wordPiece = "../../data/wordpiece"
)

var opened sync.Map // by directory: opening takes half a second

func open(t testing.TB, dir string) text.Tokenizer {
	t.Helper()
	if tok, ok := opened.Load(dir); ok {
		return tok.(text.Tokenizer)
	}
	tok, err := text.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	opened.Store(dir, tok)
	return tok
}

// TestVectors holds the ids that the model's README and the reference give.
func TestVectors(t *testing.T) {
	tok := open(t, ours)
	for _, c := range []struct {
		text string
		want []int32
	}{
		{"こんにちは", []int32{5, 39801, 6}},
		{"", []int32{5, 6}},
		{"a\nb", []int32{5, 283, 18, 28731, 6}},
		{"日本の首都は<MASK|LLM-jp>であり、", []int32{5, 99027, 77761, 29282, 3, 279, 78562, 6}},
	} {
		got, err := tok.Encode(c.text, true, 0)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(c.want, got.IDs); diff != "" {
			t.Errorf("%q (-want +got):\n%s", c.text, diff)
		}
	}
	for token, id := range map[string]int32{"長江": -1, "▁長江": 54037, "エベレスト": 58710, "東京": 71868, "▁東京": 50364, "明治維新": -1, "<0x0A>": 18} {
		got, ok := tok.ID(token)
		if !ok {
			got = -1
		}
		if got != id {
			t.Errorf("ID(%q) = %d, want %d", token, got, id)
		}
		if ok && tok.Token(id) != token {
			t.Errorf("Token(%d) = %q, want %q", id, tok.Token(id), token)
		}
	}
}

func TestSpecial(t *testing.T) {
	for dir, want := range map[string]text.Special{
		ours:      {CLS: 5, SEP: 6, Mask: 3, Pad: 4, Unknown: 0, All: []int32{0, 1, 2, 3, 4, 5, 6, 7}},
		wordPiece: {CLS: 2, SEP: 3, Mask: 4, Pad: 0, Unknown: 1, All: []int32{0, 1, 2, 3, 4}},
	} {
		if diff := cmp.Diff(want, open(t, dir).Special()); diff != "" {
			t.Errorf("%s (-want +got):\n%s", dir, diff)
		}
	}
	if n := open(t, ours).VocabSize(); n != 99574 {
		t.Errorf("VocabSize() = %d, want 99574", n)
	}
}

func TestSpecialMask(t *testing.T) {
	e, err := open(t, ours).EncodePair("<MASK|LLM-jp>", "b", 0)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]bool{true, false, true, false, true}, e.Special); diff != "" {
		t.Errorf("a special token of the text is not the template's (-want +got):\n%s", diff)
	}
}

func TestDecode(t *testing.T) {
	tok := open(t, ours)
	for _, s := range []string{"日本の首都は東京です。", "a\nb  c", "😀㍿", "x\x00y", "\x00", " 前", ""} {
		e, err := tok.Encode(s, false, 0)
		if err != nil {
			t.Fatal(err)
		}
		if got := tok.Decode(e.IDs); got != s {
			t.Errorf("Decode(Encode(%q)) = %q", s, got)
		}
	}
	words := open(t, wordPiece)
	e, err := words.Encode("日本語の文章。", true, 0)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := words.Decode(e.IDs), "[CLS] 日本 語 の 文章 。 [SEP]"; got != want {
		t.Errorf("Decode = %q, want %q", got, want)
	}
}

func TestRefused(t *testing.T) {
	for dir := range map[string]bool{ours: true, wordPiece: true} {
		tok := open(t, dir)
		if _, err := tok.Encode("a\xffb", true, 0); err == nil || !strings.Contains(err.Error(), "UTF-8") {
			t.Errorf("%s: invalid UTF-8: %v", dir, err)
		}
		if _, err := tok.Encode("a", true, 1); err == nil || !strings.Contains(err.Error(), "2 special tokens") {
			t.Errorf("%s: a maximum length of 1: %v", dir, err)
		}
		if _, err := tok.EncodePair("a", "b", 2); err == nil || !strings.Contains(err.Error(), "3 special tokens") {
			t.Errorf("%s: a maximum length of 2: %v", dir, err)
		}
	}
}

func TestOpenRefused(t *testing.T) {
	good := open(t, ours).Files()
	vocab := "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\n"
	for _, c := range []struct {
		name, file, content, want string
	}{
		{"nothing", "", "", "there is no tokenizer.json"},
		{"not JSON", "tokenizer.json", "{", "tokenizer.json"},
		{"no vocabulary", "tokenizer.json", `{"model":{}}`, "model.vocab"},
		{"unknown post-processor", "tokenizer.json", `{"model":{"vocab":[["a",0]]},"post_processor":{"type":"New"}}`, `"New" is not supported`},
		{"lying id", "tokenizer.json", `{"model":{"vocab":{"a":99999999999}}}`, "model.vocab"},
		{"bad config", "tokenizer_config.json", `{"cls_token":3}`, "neither a string nor an object"},
		{"bad side", "tokenizer_config.json", `{"truncation_side":"up"}`, "truncation_side"},
		{"vocab.txt alone", "vocab.txt", vocab, "BertJapaneseTokenizer"},
		{"empty vocab.txt", "vocab.txt", "", "BertJapaneseTokenizer"},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			if c.file != "" {
				write(t, dir, c.file, c.content)
			}
			if c.file == "tokenizer_config.json" {
				write(t, dir, "tokenizer.json", string(good["tokenizer.json"]))
			}
			_, err := text.Open(dir)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v, want one with %q", err, c.want)
			}
		})
	}
	for _, config := range []string{
		`{"tokenizer_class":"BertJapaneseTokenizer"}`,
		`{"tokenizer_class":"BertJapaneseTokenizer","word_tokenizer_type":"juman"}`,
		`{"tokenizer_class":"BertJapaneseTokenizer","word_tokenizer_type":"mecab","mecab_kwargs":{"mecab_dic":"ipadic"}}`,
		`{"tokenizer_class":"BertJapaneseTokenizer","word_tokenizer_type":"mecab","mecab_kwargs":{"mecab_dic":null}}`,
		`{"tokenizer_class":"BertJapaneseTokenizer","word_tokenizer_type":"mecab","subword_tokenizer_type":"sentencepiece"}`,
	} {
		files := map[string][]byte{"vocab.txt": []byte(vocab), "tokenizer_config.json": []byte(config)}
		if _, err := text.New(files); err == nil || !strings.Contains(err.Error(), "is not supported") {
			t.Errorf("%s: %v", config, err)
		}
	}
}

func write(t testing.TB, dir, name, content string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o666); err != nil {
		t.Fatal(err)
	}
}

// TestManyGoroutines encodes with one tokenizer from many goroutines.
func TestManyGoroutines(t *testing.T) {
	all := cases(t)
	for _, dir := range []string{ours, wordPiece} {
		tok := open(t, dir)
		var wg sync.WaitGroup
		for range 4 {
			wg.Go(func() {
				for i, g := range all {
					want := g.Unigram
					if dir == wordPiece {
						want = g.WordPiece
					}
					if e, err := encode(tok, g); err != nil || len(e.IDs) != len(want.IDs) {
						t.Errorf("case %d: %d ids, want %d (%v)", i, len(e.IDs), len(want.IDs), err)
					}
				}
			})
		}
		wg.Wait()
	}
}
