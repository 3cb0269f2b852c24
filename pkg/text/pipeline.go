package text

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
)

// maxDepth bounds sequences within sequences in a tokenizer.json.
const maxDepth = 16

// checkPipeline looks for values of the normalizer and the pre-tokenizer on
// which the tokenizers library panics, which would end the process.
func checkPipeline(top object) error {
	if err := eachStep(top.values["normalizer"], "normalizer", "normalizers", 0, checkNormalizerStep); err != nil {
		return err
	}
	return eachStep(top.values["pre_tokenizer"], "pre_tokenizer", "pretokenizers", 0, checkPreTokenizerStep)
}

// eachStep calls check with every step of a pipeline: the one that raw is, or
// those of a Sequence, which it has in the field list.
func eachStep(raw json.RawMessage, name, list string, depth int, check func(step object) error) error {
	if len(raw) == 0 || string(raw) == "null" {
		return nil
	}
	if depth > maxDepth {
		return fmt.Errorf("%s: sequences within sequences, more than %d deep", name, maxDepth)
	}
	step, err := parseObject(raw)
	if err == nil {
		err = check(step)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	if !isList(step.values[list]) {
		return nil
	}
	var steps []json.RawMessage
	if err := json.Unmarshal(step.values[list], &steps); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	for i, one := range steps {
		if err := eachStep(one, fmt.Sprintf("%s.%s[%d]", name, list, i), list, depth+1, check); err != nil {
			return err
		}
	}
	return nil
}

func checkNormalizerStep(step object) error {
	const key = "precompiled_charsmap"
	if string(step.values["type"]) != `"Precompiled"` {
		return nil
	}
	var data []byte
	if step.null(key) {
		return errors.New(key + " is missing: the file is damaged, take it again from where the model came from")
	}
	if err := json.Unmarshal(step.values[key], &data); err != nil {
		return fmt.Errorf("%s is not base64: %s", key, shorten(step.values[key]))
	}
	if err := checkCharsMap(data); err != nil {
		return fmt.Errorf("%s %w: the file is damaged, take it again from where the model came from", key, err)
	}
	return nil
}

func checkPreTokenizerStep(step object) error {
	if string(step.values["type"]) == `"FixedLength"` && string(step.values["length"]) == "0" {
		return errors.New("the length of FixedLength is 0, it must be 1 or more")
	}
	return nil
}

// missingUnknown tells why the library fails on a text with a piece outside
// the vocabulary: the binding drops the reason. It is "" where the model has
// an unknown token.
func missingUnknown(file object, vocab map[string]int32) string {
	model, err := parseObject(file.values["model"])
	if err != nil {
		return ""
	}
	kind := strings.Trim(string(model.values["type"]), `"`)
	if kind == "Unigram" {
		if model.null("unk_id") {
			return "model.unk_id is null: Encountered an unknown token but `unk_id` is missing"
		}
		return ""
	}
	var unknown string
	if model.null("unk_token") || json.Unmarshal(model.values["unk_token"], &unknown) != nil {
		return ""
	}
	if _, ok := vocab[unknown]; ok {
		return ""
	}
	return fmt.Sprintf("model.unk_token %q is not in model.vocab: %s error: Missing [UNK] token from the vocabulary", unknown, kind)
}

// reason explains why the library failed on a text.
func (t *fast) reason(text string, err error) error {
	if t.missing != "" {
		return fmt.Errorf("the text holds a piece that is not in the vocabulary, and there is no unknown token: %s: %s", tokenizerFile, t.missing)
	}
	return fmt.Errorf("%w: %s has a step that the tokenizers library cannot run on the text %s", err, tokenizerFile, shorten([]byte(text)))
}
