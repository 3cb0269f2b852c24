package text

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
)

// llmjp lists the published names of ids 0 to 7. The SentencePiece model has
// them without "|LLM-jp".
var llmjp = []string{
	"<unk>", "<s>", "</s>", "<MASK|LLM-jp>", "<PAD|LLM-jp>", "<CLS|LLM-jp>", "<SEP|LLM-jp>", "<EOD|LLM-jp>",
}

// encoderConfig holds the encoder's tokenizer_config.json.
//
//go:embed encoder_config.json
var encoderConfig []byte

// The parts of the tokenizer.json that FromSentencePiece writes. The normalizer
// puts a ▁ at the beginning of each line, removes it again after a newline, and
// turns every space into a ▁, as SentencePiece does.
const (
	convertedNormalizer = `{"type":"Sequence","normalizers":[{"type":"Replace","pattern":{"Regex":"^"},"content":"▁"},{"type":"Replace","pattern":{"Regex":"\n▁"},"content":"\n"},{"type":"Replace","pattern":{"Regex":" "},"content":"▁"}]}`
	convertedDecoder    = `{"type":"Sequence","decoders":[{"type":"Replace","pattern":{"String":"▁"},"content":" "},{"type":"ByteFallback"},{"type":"Fuse"},{"type":"Strip","content":" ","start":1,"stop":0}]}`
)

// FromSentencePiece converts the SentencePiece model of llm-jp-tokenizer v3 to
// the encoder's tokenizer, tokenizer.json and tokenizer_config.json (section
// 2.1 of the paper). Pieces, scores and ids stay as they are. On real text
// 1 line in 7,000 has other ids than SentencePiece's: the two libraries choose
// differently between segmentations with equal scores.
func FromSentencePiece(model []byte) (map[string][]byte, error) {
	pieces, err := readSentencePiece(model)
	if err != nil {
		return nil, err
	}
	var vocab, added bytes.Buffer
	for i, p := range pieces {
		kinds, name := []uint64{spNormal, spByte}, p.text
		if i < len(llmjp) {
			kinds, name = []uint64{spControl}, llmjp[i]
			if i == 0 {
				kinds[0] = spUnknown
			}
			fmt.Fprintf(&added, `,{"id":%d,"content":%s,"single_word":false,"lstrip":false,"rstrip":false,"normalized":false,"special":true}`, i, quote(name))
		}
		if !slices.Contains(kinds, p.kind) {
			return nil, fmt.Errorf("piece %d (%q) of the SentencePiece model is of the kind %d, llm-jp-tokenizer v3 has %d there", i, p.text, p.kind, kinds[0])
		}
		if math.IsNaN(float64(p.score)) || math.IsInf(float64(p.score), 0) {
			return nil, fmt.Errorf("piece %d (%q) of the SentencePiece model has the score %g", i, p.text, p.score)
		}
		fmt.Fprintf(&vocab, `,[%s,%s]`, quote(name), number(p.score))
	}
	if len(pieces) < len(llmjp) {
		return nil, fmt.Errorf("the SentencePiece model has %d pieces, %d special ones come first", len(pieces), len(llmjp))
	}
	return Modify(fmt.Appendf(nil,
		`{"version":"1.0","truncation":null,"padding":null,"added_tokens":[%s],"normalizer":%s,"pre_tokenizer":null,"post_processor":null,"decoder":%s,"model":{"type":"Unigram","unk_id":0,"vocab":[%s],"byte_fallback":true}}`,
		added.Bytes()[1:], convertedNormalizer, convertedDecoder, vocab.Bytes()[1:]))
}

// Modify turns the tokenizer.json of llm-jp-tokenizer v3 into the encoder's
// tokenizer: the post-processor becomes CLS A SEP and CLS A SEP B SEP, and
// tokenizer_config.json has no add_bos_token and no token types. Everything
// else stays.
func Modify(tokenizerJSON []byte) (map[string][]byte, error) {
	top, err := parseObject(tokenizerJSON)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", tokenizerFile, err)
	}
	added, err := fileTokens(top)
	if err != nil {
		return nil, err
	}
	ids := map[string]int32{}
	for _, a := range added {
		ids[a.Content] = a.ID
	}
	for _, name := range llmjp {
		if _, ok := ids[name]; !ok {
			return nil, fmt.Errorf("%s: added_tokens lacks %s: is it llm-jp-tokenizer v3?", tokenizerFile, name)
		}
	}
	top.set("post_processor", encoderTemplate(ids))
	data, err := ordered(top.values)
	if err != nil {
		return nil, err
	}
	return map[string][]byte{tokenizerFile: data, configFile: encoderConfig}, nil
}

func encoderTemplate(ids map[string]int32) json.RawMessage {
	const cls, sep = "<CLS|LLM-jp>", "<SEP|LLM-jp>"
	special := func(name string, typeID int) string {
		return fmt.Sprintf(`{"SpecialToken":{"id":%s,"type_id":%d}}`, quote(name), typeID)
	}
	text := func(name string, typeID int) string {
		return fmt.Sprintf(`{"Sequence":{"id":%q,"type_id":%d}}`, name, typeID)
	}
	token := func(name string) string {
		return fmt.Sprintf(`%[1]s:{"id":%[1]s,"ids":[%d],"tokens":[%[1]s]}`, quote(name), ids[name])
	}
	single := special(cls, 0) + "," + text("A", 0) + "," + special(sep, 0)
	return fmt.Appendf(nil, `{"type":"TemplateProcessing","single":[%s],"pair":[%s,%s,%s],"special_tokens":{%s,%s}}`,
		single, single, text("B", 1), special(sep, 1), token(cls), token(sep))
}

// ordered writes an object in the tokenizers library's order of fields.
func ordered(top map[string]json.RawMessage) ([]byte, error) {
	order := []string{"version", "truncation", "padding", "added_tokens", "normalizer",
		"pre_tokenizer", "post_processor", "decoder", "model"}
	for _, key := range slices.Sorted(maps.Keys(top)) {
		if !slices.Contains(order, key) {
			order = append(order, key)
		}
	}
	var out bytes.Buffer
	for _, key := range order {
		value, ok := top[key]
		if !ok {
			continue
		}
		fmt.Fprintf(&out, ",%s:", quote(key))
		if err := json.Compact(&out, value); err != nil {
			return nil, fmt.Errorf("%s: %s: %w", tokenizerFile, key, err)
		}
	}
	if out.Len() == 0 {
		return nil, errors.New(tokenizerFile + " is an empty object")
	}
	out.Bytes()[0] = '{'
	return append(out.Bytes(), '}'), nil
}

// quote returns a JSON string with the least escaping.
func quote(s string) string {
	short := map[byte]string{'"': `\"`, '\\': `\\`, '\b': `\b`, '\f': `\f`, '\n': `\n`, '\r': `\r`, '\t': `\t`}
	out := []byte{'"'}
	for i := range len(s) {
		escaped, ok := short[s[i]]
		switch {
		case ok:
			out = append(out, escaped...)
		case s[i] < ' ':
			out = fmt.Appendf(out, `\u%04x`, s[i])
		default:
			out = append(out, s[i])
		}
	}
	return string(append(out, '"'))
}

// number returns the shortest form of a score, with a decimal point.
func number(score float32) string {
	s := strconv.FormatFloat(float64(score), 'f', -1, 64)
	if !strings.Contains(s, ".") {
		s += ".0"
	}
	return s
}
