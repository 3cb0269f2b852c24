package text_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"llmjp.internal/modernbert/pkg/text"
)

// steps is a tokenizer.json with every kind of step that the library has.
const steps = `{"version":"1.0",
"truncation":{"direction":"Right","max_length":9,"strategy":"LongestFirst","stride":0},
"padding":{"strategy":{"Fixed":12},"direction":"Left","pad_to_multiple_of":8,"pad_id":0,"pad_type_id":0,"pad_token":"[PAD]"},
"added_tokens":[{"id":0,"content":"[UNK]","single_word":false,"lstrip":true,"rstrip":false,"normalized":true,"special":true},
 {"id":9,"content":"new","single_word":true,"lstrip":false,"rstrip":true,"normalized":true,"special":false}],
"normalizer":{"type":"Sequence","normalizers":[{"type":"BertNormalizer","clean_text":true,"handle_chinese_chars":true,"strip_accents":true,"lowercase":true},
 {"type":"Strip","strip_left":true,"strip_right":true},{"type":"StripAccents"},{"type":"NFC"},{"type":"NFD"},{"type":"NFKC"},{"type":"NFKD"},{"type":"Lowercase"},{"type":"Nmt"},
 {"type":"Replace","pattern":{"Regex":"a(b|c)*"},"content":"a"},{"type":"Replace","pattern":{"String":"q"},"content":"r"},{"type":"Prepend","prepend":"_"}]},
"pre_tokenizer":{"type":"Sequence","pretokenizers":[{"type":"BertPreTokenizer"},{"type":"Whitespace"},{"type":"WhitespaceSplit"},{"type":"Punctuation","behavior":"Isolated"},
 {"type":"Digits","individual_digits":true},{"type":"CharDelimiterSplit","delimiter":"x"},{"type":"UnicodeScripts"},
 {"type":"Split","pattern":{"Regex":"z+"},"behavior":"Removed","invert":false},{"type":"FixedLength","length":3},
 {"type":"Metaspace","replacement":"_","prepend_scheme":"first","split":true}]},
"post_processor":{"type":"Sequence","processors":[{"type":"ByteLevel","add_prefix_space":true,"trim_offsets":true,"use_regex":true},
 {"type":"TemplateProcessing","single":[{"SpecialToken":{"id":"[UNK]","type_id":0}},{"Sequence":{"id":"A","type_id":0}}],
  "pair":[{"Sequence":{"id":"A","type_id":0}},{"Sequence":{"id":"B","type_id":1}}],"special_tokens":{"[UNK]":{"id":"[UNK]","ids":[0],"tokens":["[UNK]"]}}}]},
"decoder":{"type":"Sequence","decoders":[{"type":"ByteFallback"},{"type":"Fuse"},{"type":"Strip","content":"_","start":1,"stop":0},{"type":"Replace","pattern":{"String":"_"},"content":" "},
 {"type":"WordPiece","prefix":"##","cleanup":true},{"type":"BPEDecoder","suffix":"</w>"},{"type":"Metaspace","replacement":"_","prepend_scheme":"always","split":true},
 {"type":"CTC","pad_token":"<pad>","word_delimiter_token":"|","cleanup":true},{"type":"ByteLevel","add_prefix_space":true,"trim_offsets":true,"use_regex":true}]},
"model":%s}`

var models = []string{
	`{"type":"WordPiece","unk_token":"[UNK]","continuing_subword_prefix":"##","max_input_chars_per_word":100,"vocab":{"[UNK]":0,"a":1,"##b":2}}`,
	`{"type":"WordLevel","unk_token":"[UNK]","vocab":{"[UNK]":0,"a":1,"b":2}}`,
	`{"type":"Unigram","unk_id":0,"byte_fallback":true,"vocab":[["[UNK]",0.0],["a",-1.5],["b",-2.5]]}`,
	`{"type":"BPE","dropout":null,"unk_token":"[UNK]","continuing_subword_prefix":"b","end_of_word_suffix":"","fuse_unk":true,"byte_fallback":true,"ignore_merges":false,"vocab":{"[UNK]":0,"a":1,"b":2,"ab":3,"bb":4},"merges":[["a","bb"],["b","b"]]}`,
}

// odd are values that stand where others are meant.
var odd = []string{`null`, `""`, `0`, `-1`, `1.5`, `4294967296`, `1e400`, `true`, `[]`, `{}`, `[null]`, `"\u0000"`, `"(a*)*$"`, `"("`, `"\ud83d"`, `"東"`}

// oddFiles are the files that TestOddValues and FuzzFiles change.
func oddFiles(model string) map[string]string {
	return map[string]string{
		"tokenizer.json":          fmt.Sprintf(steps, model),
		"tokenizer_config.json":   `{"mask_token":"a","extra_special_tokens":["b",{"content":"c","lstrip":true}],"eod_token":"d","truncation_side":"left","padding_side":"left","split_special_tokens":false,"do_lower_case":true}`,
		"special_tokens_map.json": `{"unk_token":{"content":"[UNK]","lstrip":false,"rstrip":false,"single_word":false,"normalized":true}}`,
		"added_tokens.json":       `{"new":9}`,
		"config.json":             `{"model_type":"modernbert","tokenizer_class":"x"}`,
	}
}

// TestOddValues puts odd values into every place of a tokenizer.json and of
// the files beside it: each opens, or is an error of one line.
func TestOddValues(t *testing.T) {
	opened, refused := 0, 0
	for m, model := range models {
		for name, content := range oddFiles(model) {
			for i := range places(t, content) {
				for k := range 2 { // FuzzFiles tries all
					value := odd[(5*i+m+8*k)%len(odd)]
					if tryOdd(t, oddFiles(model), name, i, value) {
						opened++
					} else {
						refused++
					}
				}
			}
		}
	}
	if opened < 100 || refused < 500 {
		t.Errorf("only %d files opened, and only %d were refused", opened, refused)
	}
}

// tryOdd replaces a value in a file and reports whether the files open. What
// opens encodes and decodes.
func tryOdd(t testing.TB, files map[string]string, name string, place int, value string) bool {
	changed := map[string][]byte{}
	for n, content := range files {
		changed[n] = []byte(content)
	}
	changed[name] = replace(t, files[name], place, value)
	tok, err := text.New(changed)
	if err != nil {
		if strings.Contains(err.Error(), "\n") {
			t.Errorf("%s, place %d, %s: several lines: %v", name, place, value, err)
		}
		return false
	}
	if e, err := tok.Encode("a new [UNK] b東", true, 5); err == nil {
		_ = tok.Decode(e.IDs)
	}
	_, _ = tok.EncodePair("ab", "ba", 4)
	return true
}

// FuzzFiles puts any value into any place of a tokenizer.json and of the files
// beside it.
func FuzzFiles(f *testing.F) {
	names := []string{"tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "added_tokens.json", "config.json"}
	for i, value := range odd {
		f.Add(uint(i), uint(i), uint(7*i), value)
	}
	f.Add(uint(0), uint(0), uint(50), `{"type":"Precompiled","precompiled_charsmap":"BAAAAAAA/wA="}`)
	f.Add(uint(3), uint(0), uint(52), `{"type":"Sequence","pretokenizers":[{"type":"FixedLength","length":0}]}`)
	f.Add(uint(1), uint(1), uint(0), `{"added_tokens_decoder":{"1":{"content":"a","lstrip":true},"7":{"content":"","special":true}}}`)
	f.Fuzz(func(t *testing.T, model, name, place uint, value string) {
		if len(value) > 1<<12 || !json.Valid([]byte(value)) {
			return
		}
		files := oddFiles(models[model%uint(len(models))])
		file := names[name%uint(len(names))]
		n := uint(len(places(t, files[file])))
		tryOdd(t, files, file, int(place%n), value)
	})
}

// places returns pointers to every value in a JSON text, the whole included.
func places(t testing.TB, content string) []func(value any) any {
	t.Helper()
	var top any
	if err := json.Unmarshal([]byte(content), &top); err != nil {
		t.Fatal(err)
	}
	var found []func(any) any
	found = append(found, func(value any) any { return value })
	var visit func(value any)
	visit = func(value any) {
		switch v := value.(type) {
		case map[string]any:
			for _, key := range slices.Sorted(maps.Keys(v)) {
				found = append(found, func(value any) any { v[key] = value; return top })
				visit(v[key])
			}
		case []any:
			for i := range v {
				found = append(found, func(value any) any { v[i] = value; return top })
				visit(v[i])
			}
		}
	}
	visit(top)
	return found
}

// replace puts a JSON value into the place of a number.
func replace(t testing.TB, content string, place int, value string) []byte {
	t.Helper()
	data, err := json.Marshal(places(t, content)[place](json.RawMessage(value)))
	if err != nil {
		t.Fatal(err)
	}
	return data
}
