package text_test

import (
	"bytes"
	"encoding/json"
	"os"
	"reflect"
	"strings"
	"testing"

	"llmjp.internal/modernbert/pkg/text"
)

func small(t testing.TB) []byte {
	t.Helper()
	model, err := os.ReadFile("testdata/small.model")
	if err != nil {
		t.Fatal(err)
	}
	return model
}

// TestFromSentencePiece holds the conversion of a cut-down model to the bytes
// that the tokenizers library writes for it.
func TestFromSentencePiece(t *testing.T) {
	files, err := text.FromSentencePiece(small(t))
	if err != nil {
		t.Fatal(err)
	}
	if want := unpack(t, "testdata/small.tokenizer.json.gz"); !bytes.Equal(want, files["tokenizer.json"]) {
		t.Errorf("tokenizer.json differs:\n%.200s\nwant\n%.200s", files["tokenizer.json"], want)
	}
	if want := open(t, ours).Files()["tokenizer_config.json"]; !bytes.Equal(want, files["tokenizer_config.json"]) {
		t.Errorf("tokenizer_config.json is\n%s\nwant\n%s", files["tokenizer_config.json"], want)
	}
	tok, err := text.New(files)
	if err != nil {
		t.Fatal(err)
	}
	if e, err := tok.Encode("", true, 0); err != nil || len(e.IDs) != 2 || e.IDs[0] != 5 {
		t.Errorf("an empty text gives %v, %v", e.IDs, err)
	}
}

// TestModify turns the decoder's tokenizer.json, whose post-processor puts <s>
// before a text, into the encoder's.
func TestModify(t *testing.T) {
	want := open(t, ours).Files()["tokenizer.json"]
	top := map[string]json.RawMessage{}
	if err := json.Unmarshal(want, &top); err != nil {
		t.Fatal(err)
	}
	top["post_processor"] = json.RawMessage(`{"type":"TemplateProcessing","single":[{"SpecialToken":{"id":"<s>","type_id":0}},{"Sequence":{"id":"A","type_id":0}}],"pair":[],"special_tokens":{"<s>":{"id":"<s>","ids":[1],"tokens":["<s>"]}}}`)
	decoder, err := json.MarshalIndent(top, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	files, err := text.Modify(decoder)
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(parsed(t, want), parsed(t, files["tokenizer.json"])) {
		t.Error("the modified tokenizer.json is not the encoder's")
	}
}

func parsed(t testing.TB, data []byte) any {
	t.Helper()
	var v any
	if err := json.Unmarshal(data, &v); err != nil {
		t.Fatal(err)
	}
	return v
}

func TestConvertRefused(t *testing.T) {
	model := small(t)
	for name, data := range map[string][]byte{
		"empty":     nil,
		"truncated": model[:len(model)/2+1],
		"text":      []byte("{}"),
		"other":     append([]byte{0x12, 2, 0x18, 2}, model...), // trainer_spec.model_type BPE
	} {
		if _, err := text.FromSentencePiece(data); err == nil || !strings.Contains(err.Error(), "SentencePiece model") {
			t.Errorf("%s: %v", name, err)
		}
	}
	for name, data := range map[string]string{
		"empty": "", "list": "[]", "another tokenizer": `{"added_tokens":[{"id":0,"content":"[CLS]"}]}`,
	} {
		if _, err := text.Modify([]byte(data)); err == nil || !strings.Contains(err.Error(), "tokenizer.json") {
			t.Errorf("%s: %v", name, err)
		}
	}
}
