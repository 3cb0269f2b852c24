package text

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestParseConfig reads special tokens in every form that checkpoints have.
func TestParseConfig(t *testing.T) {
	for name, c := range map[string]struct {
		files map[string]string
		want  []string
	}{
		"strings": {map[string]string{configFile: `{"cls_token":"[CLS]","pad_token":null}`}, []string{"[CLS]"}},
		"objects": {map[string]string{configFile: `{"mask_token":{"__type":"AddedToken","content":"<mask>","lstrip":true}}`}, []string{"<mask>"}},
		"list":    {map[string]string{configFile: `{"additional_special_tokens":["a",{"content":"b"}]}`}, []string{"a", "b"}},
		"by role": {map[string]string{configFile: `{"extra_special_tokens":{"y":"b","x":"a"}}`}, []string{"a", "b"}},
		"map over config": {map[string]string{
			configFile: `{"cls_token":"old","sep_token":"kept"}`, specialFile: `{"cls_token":"new"}`,
		}, []string{"kept", "new"}},
		"map passed over": {map[string]string{
			configFile: `{"cls_token":"kept","added_tokens_decoder":{}}`, specialFile: `{"cls_token":"old"}`,
		}, []string{"kept"}},
		"other roles": {map[string]string{configFile: `{"eod_token":"x","add_bos_token":true}`}, []string{"x"}},
		"nothing":     {nil, nil},
	} {
		t.Run(name, func(t *testing.T) {
			files := map[string][]byte{}
			for k, v := range c.files {
				files[k] = []byte(v)
			}
			got, err := parseConfig(files)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, got.names()); diff != "" {
				t.Errorf("special tokens (-want +got):\n%s", diff)
			}
		})
	}
}
