package text

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// maxDepth bounds sequences within sequences in a tokenizer.json.
const maxDepth = 16

// checkPipeline looks for values on which the tokenizers library panics. The
// library that scripts/setup builds returns these panics as errors, another
// ends the process; and here the error names the field.
func checkPipeline(top object) error {
	for _, key := range []string{"normalizer", "pre_tokenizer", "decoder"} {
		if err := checkValues(top.values[key]); err != nil {
			return fmt.Errorf("%s: %w", key, err)
		}
	}
	if err := eachStep(top.values["normalizer"], "normalizer", "normalizers", 0, checkNormalizerStep); err != nil {
		return err
	}
	return eachStep(top.values["pre_tokenizer"], "pre_tokenizer", "pretokenizers", 0, checkPreTokenizerStep)
}

// checkValues refuses strings with half of a surrogate pair and numbers out of
// range, which the library cannot hold.
func checkValues(raw json.RawMessage) error {
	if len(raw) == 0 {
		return nil
	}
	if !jsontext.Value(raw).IsValid(jsontext.AllowDuplicateNames(true)) {
		return fmt.Errorf("a string in it holds half of a character (\\ud800 to \\udfff without its other half): %s", shorten(raw))
	}
	var value any
	return json.Unmarshal(raw, &value)
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

// checkMerges refuses pieces that are shorter than continuing_subword_prefix,
// which the library takes off the second piece of each merge.
func checkMerges(model object) error {
	var prefix string
	if string(model.values["type"]) != `"BPE"` || model.read("continuing_subword_prefix", &prefix) != nil || prefix == "" {
		return nil
	}
	var merges []json.RawMessage
	if json.Unmarshal(model.values["merges"], &merges) != nil {
		return nil // the library says what is wrong
	}
	for i, raw := range merges {
		var pair []string
		if isString(raw) {
			var joined string
			_ = json.Unmarshal(raw, &joined)
			pair = strings.SplitN(joined, " ", 2)
		} else if json.Unmarshal(raw, &pair) != nil {
			return nil
		}
		if len(pair) == 2 && (len(pair[1]) < len(prefix) || !starts([]byte(pair[1]), len(prefix))) {
			return fmt.Errorf("model.merges[%d]: %q is shorter than the continuing_subword_prefix %q", i, pair[1], prefix)
		}
	}
	return nil
}

// missingUnknown tells why the library fails on a text with a piece outside
// the vocabulary: the binding drops the reason. It is "" where the model has
// an unknown token.
func missingUnknown(model object, vocab map[string]int32) string {
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
