package text_test

import (
	"encoding/base64"
	"encoding/json"
	"strings"
	"testing"

	"llmjp.internal/modernbert/pkg/text"
)

// smallFile returns a tokenizer.json of five pieces, with fields replaced.
func smallFile(t testing.TB, edits map[string]string) string {
	t.Helper()
	top := map[string]json.RawMessage{
		"version": json.RawMessage(`"1.0"`),
		"model":   json.RawMessage(`{"type":"WordPiece","unk_token":"[UNK]","continuing_subword_prefix":"##","max_input_chars_per_word":100,"vocab":{"[PAD]":0,"[UNK]":1,"[CLS]":2,"[SEP]":3,"a":4}}`),
	}
	for key, value := range edits {
		top[key] = json.RawMessage(value)
	}
	data, err := json.Marshal(top)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// TestFilesRefused wants an error of one line that names the file, the field
// and the value.
func TestFilesRefused(t *testing.T) {
	charsMap := func(data ...byte) string {
		return `{"type":"Sequence","normalizers":[{"type":"NFKC"},{"type":"Precompiled","precompiled_charsmap":"` + base64.StdEncoding.EncodeToString(data) + `"}]}`
	}
	nested := strings.Repeat(`{"type":"Sequence","processors":[`, 18) + "null" + strings.Repeat("]}", 18)
	for _, c := range []struct {
		name  string
		files map[string]string
		want  []string
	}{
		{"another class", map[string]string{"tokenizer_config.json": `{"tokenizer_class":"T5TokenizerFast"}`}, []string{"tokenizer_config.json: tokenizer_class", `"T5TokenizerFast" is not supported`}},
		{"another class, in config.json", map[string]string{"config.json": `{"model_type":"bert","tokenizer_class":"T5Tokenizer"}`}, []string{"config.json: tokenizer_class"}},
		{"another model", map[string]string{"config.json": `{"model_type":"roberta"}`}, []string{`model_type "roberta"`, "tokenizer_class"}},
		{"MeCab without a class", map[string]string{"tokenizer_config.json": `{"word_tokenizer_type":"mecab"}`}, []string{`"tokenizer_class": "BertJapaneseTokenizer"`}},
		{"no JSON", map[string]string{"special_tokens_map.json": `{`}, []string{"special_tokens_map.json: "}},
		{"a list", map[string]string{"added_tokens.json": `["a"]`}, []string{"added_tokens.json: not a JSON object"}},
		{"a fraction as id", map[string]string{"added_tokens.json": `{"a":1.5}`}, []string{"added_tokens.json", `"a"`, "1.5"}},
		{"a word as id", map[string]string{"tokenizer_config.json": `{"added_tokens_decoder":{"x":{"content":"a"}}}`}, []string{"added_tokens_decoder", `"x" is not a number`}},
		{"a string in the decoder", map[string]string{"tokenizer_config.json": `{"added_tokens_decoder":{"5":"a"}}`}, []string{"added_tokens_decoder: id 5"}},
		{"a flag that is a number", map[string]string{"tokenizer_config.json": `{"added_tokens_decoder":{"5":{"content":"a","lstrip":1}}}`}, []string{"id 5", "lstrip is 1", "true or false"}},
		{"a flag that is null", map[string]string{"tokenizer_config.json": `{"added_tokens_decoder":{"5":{"content":"a","lstrip":null}}}`}, []string{"lstrip of the token \"a\" is null"}},
		{"a number as token", map[string]string{"tokenizer_config.json": `{"mask_token":3}`}, []string{"tokenizer_config.json: mask_token", "neither a string nor an object"}},
		{"a lowercase flag that is null", map[string]string{"config.json": `{"model_type":"bert"}`, "tokenizer_config.json": `{"do_lower_case":null}`}, []string{"do_lower_case is null"}},
		{"split that is a number", map[string]string{"tokenizer_config.json": `{"split_special_tokens":1}`}, []string{"split_special_tokens is 1"}},
		{"a side", map[string]string{"tokenizer_config.json": `{"padding_side":"up"}`}, []string{`padding_side is "up"`, "left or right"}},
		{"a side of the block", map[string]string{"tokenizer.json": smallFile(t, map[string]string{"truncation": `{"direction":"Up"}`})}, []string{"tokenizer.json: truncation: direction"}},
		{"an empty map", map[string]string{"tokenizer.json": smallFile(t, map[string]string{"normalizer": `{"type":"Precompiled","precompiled_charsmap":""}`})}, []string{"tokenizer.json: normalizer: precompiled_charsmap is empty"}},
		{"a null map", map[string]string{"tokenizer.json": smallFile(t, map[string]string{"normalizer": `{"type":"Precompiled","precompiled_charsmap":null}`})}, []string{"precompiled_charsmap is missing"}},
		{"a map that is no base64", map[string]string{"tokenizer.json": smallFile(t, map[string]string{"normalizer": `{"type":"Precompiled","precompiled_charsmap":"%"}`})}, []string{"precompiled_charsmap is not base64"}},
		{"a map cut short", map[string]string{"tokenizer.json": smallFile(t, map[string]string{"normalizer": charsMap(8, 0, 0, 0, 1)})}, []string{"normalizer.normalizers[1]: precompiled_charsmap is cut short"}},
		{"a map that points out", map[string]string{"tokenizer.json": smallFile(t, map[string]string{"normalizer": charsMap(4, 0, 0, 0, 0, 255, 0, 0)})}, []string{"precompiled_charsmap points out of its trie"}},
		{"no length", map[string]string{"tokenizer.json": smallFile(t, map[string]string{"pre_tokenizer": `{"type":"FixedLength","length":0}`})}, []string{"pre_tokenizer: the length of FixedLength is 0"}},
		{"deep", map[string]string{"tokenizer.json": smallFile(t, map[string]string{"post_processor": nested})}, []string{"post_processor: sequences within sequences"}},
		{"a model of tokens alone", map[string]string{"tokenizer.json": "", "tokenizer.model": "x"}, []string{"tokenizer.model is a SentencePiece model", "scripts/modernbert tokenizer --from"}},
		{"vocab.txt alone", map[string]string{"tokenizer.json": "", "vocab.txt": "[PAD]\n[UNK]\n"}, []string{"vocab.txt alone", "BertTokenizer"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			if _, ok := c.files["tokenizer.json"]; !ok {
				write(t, dir, "tokenizer.json", smallFile(t, nil))
			}
			for name, content := range c.files {
				if content != "" {
					write(t, dir, name, content)
				}
			}
			_, err := text.Open(dir)
			if err == nil {
				t.Fatal("it opens")
			}
			for _, want := range c.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("%q lacks %q", err, want)
				}
			}
			if strings.Contains(err.Error(), "\n") {
				t.Errorf("%q has several lines", err)
			}
		})
	}
}

// TestNoUnknownToken wants the library's reason where a text holds a piece
// outside of a vocabulary without an unknown token.
func TestNoUnknownToken(t *testing.T) {
	for kind, model := range map[string]string{
		"WordPiece": `{"type":"WordPiece","unk_token":"[X]","continuing_subword_prefix":"##","max_input_chars_per_word":100,"vocab":{"a":0}}`,
		"WordLevel": `{"type":"WordLevel","unk_token":"[X]","vocab":{"a":0}}`,
		"Unigram":   `{"type":"Unigram","unk_id":null,"vocab":[["a",-1]]}`,
		"BPE":       `{"type":"BPE","unk_token":"[X]","vocab":{"a":0},"merges":[]}`,
	} {
		tok, err := text.New(map[string][]byte{"tokenizer.json": []byte(smallFile(t, map[string]string{"model": model}))})
		if err != nil {
			t.Fatalf("%s: %v", kind, err)
		}
		if e, err := tok.Encode("a", true, 0); err != nil || len(e.IDs) != 1 {
			t.Errorf("%s: %v, %v", kind, e.IDs, err)
		}
		_, err = tok.Encode("b", true, 0)
		if err == nil || !strings.Contains(err.Error(), "there is no unknown token: tokenizer.json: model.unk_") {
			t.Errorf("%s: %v", kind, err)
		}
	}
}
