package text_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"llmjp.internal/modernbert/pkg/text"
)

// FuzzWordPiece tries any vocabulary on any text, words being what stands
// between spaces: ids are in the vocabulary, the template stands around them,
// and a maximum length is kept.
func FuzzWordPiece(f *testing.F) {
	const special = "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\n"
	config := []byte(`{"tokenizer_class":"BertJapaneseTokenizer","do_word_tokenize":false}`)
	f.Add(special+"a\n##b\n##bc\n東\n##京", "abc 東京[MASK]", 5)
	f.Add(special+"\n##\n##a\n", "##a a", 0)
	f.Add("[UNK]\r\nx\rx\n", "x\x00y", 3)
	f.Add("", "", -1)
	f.Add(special+strings.Repeat("あ\n", 3), strings.Repeat("あ", 101), 2)
	f.Add("\xff", "\xff", 1)
	f.Fuzz(func(t *testing.T, vocab, input string, maxLength int) {
		if len(vocab) > 1<<12 || len(input) > 1<<10 {
			return
		}
		tok, err := text.New(map[string][]byte{"vocab.txt": []byte(vocab), "tokenizer_config.json": config})
		if err != nil {
			return
		}
		e, err := tok.Encode(input, true, maxLength)
		if err != nil {
			if utf8.ValidString(input) && (maxLength == 0 || maxLength >= 2) {
				t.Fatalf("%q: %v", input, err)
			}
			return
		}
		if maxLength > 0 && len(e.IDs) > maxLength {
			t.Fatalf("%d ids, at most %d were asked for", len(e.IDs), maxLength)
		}
		if e.IDs[0] != tok.Special().CLS || e.IDs[len(e.IDs)-1] != tok.Special().SEP {
			t.Fatalf("the template is not around %v", e.IDs)
		}
		for _, id := range e.IDs {
			if id < 0 || int(id) >= tok.VocabSize() {
				t.Fatalf("the id %d is not in a vocabulary of %d", id, tok.VocabSize())
			}
		}
		if !utf8.ValidString(tok.Decode(e.IDs)) {
			t.Fatalf("decoded to invalid UTF-8")
		}
	})
}

// FuzzConfig tries any tokenizer_config.json and special_tokens_map.json.
func FuzzConfig(f *testing.F) {
	f.Add(`{"tokenizer_class":"BertJapaneseTokenizer","do_word_tokenize":false,"cls_token":"x"}`, `{"sep_token":{"content":"y"}}`)
	f.Add(`{"additional_special_tokens":{"a":null}}`, `[]`)
	f.Add(`{"added_tokens_decoder":{"-1":{"content":"a"},"9":{}}}`, "")
	f.Add(`{"added_tokens_decoder":{"99999999999":{"content":"a"}}}`, "{}")
	f.Fuzz(func(_ *testing.T, config, special string) {
		if strings.Contains(config, "mecab") { // the dictionary takes longer to load than an input may
			return
		}
		tok, err := text.New(map[string][]byte{
			"vocab.txt": []byte("[UNK]\na\n"), "tokenizer_config.json": []byte(config), "special_tokens_map.json": []byte(special),
		})
		if err == nil {
			_, _ = tok.EncodePair("a", "b", 9)
		}
	})
}

// FuzzSentencePiece tries any bytes as a SentencePiece model.
func FuzzSentencePiece(f *testing.F) {
	f.Add(small(f)[:2000])
	f.Add([]byte{0x0A, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x01})
	f.Add([]byte{0x0A, 0x00})
	f.Fuzz(func(t *testing.T, model []byte) {
		files, err := text.FromSentencePiece(model)
		if err != nil {
			return
		}
		if _, err := text.New(files); err != nil {
			t.Fatalf("a converted model does not open: %v", err)
		}
	})
}
