package text

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestParseTemplate(t *testing.T) {
	bert := `{"type":"BertProcessing","sep":["[SEP]",102],"cls":["[CLS]",101]}`
	for _, c := range []struct {
		name, processor string
		single, pair    []int32
	}{
		{"none", `null`, []int32{7}, []int32{7, 8}},
		{"byte level", `{"type":"ByteLevel","trim_offsets":true}`, []int32{7}, []int32{7, 8}},
		{"BERT", bert, []int32{101, 7, 102}, []int32{101, 7, 102, 8, 102}},
		{"RoBERTa", `{"type":"RobertaProcessing","sep":["</s>",2],"cls":["<s>",0]}`, []int32{0, 7, 2}, []int32{0, 7, 2, 2, 8, 2}},
		{"sequence", `{"type":"Sequence","processors":[{"type":"ByteLevel"},` + bert + `]}`, []int32{101, 7, 102}, []int32{101, 7, 102, 8, 102}},
		{
			"template",
			`{"type":"TemplateProcessing","single":[{"SpecialToken":{"id":"X","type_id":0}},{"Sequence":{"id":"A","type_id":0}}],"pair":[{"Sequence":{"id":"B","type_id":0}},{"Sequence":{"id":"A","type_id":1}}],"special_tokens":{"X":{"id":"X","ids":[1,2],"tokens":["x","y"]}}}`,
			[]int32{1, 2, 7}, []int32{8, 7},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := parseTemplate(json.RawMessage(c.processor))
			if err != nil {
				t.Fatal(err)
			}
			a, b := Encoding{IDs: []int32{7}}, Encoding{IDs: []int32{8}}
			if diff := cmp.Diff(c.single, fill(got.single, a, Encoding{}).IDs); diff != "" {
				t.Errorf("single (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(c.pair, fill(got.pair, a, b).IDs); diff != "" {
				t.Errorf("pair (-want +got):\n%s", diff)
			}
		})
	}
	for _, processor := range []string{
		`[]`, `{"type":"BertProcessing"}`, `{"type":"BertProcessing","sep":["a","b"],"cls":["c",1]}`,
		`{"type":"TemplateProcessing","single":[{}]}`,
		`{"type":"TemplateProcessing","single":[{"SpecialToken":{"id":"X","type_id":0}}]}`,
		`{"type":"TemplateProcessing","single":[{"Sequence":{"id":"C","type_id":0}}]}`,
		`{"type":"Sequence","processors":[` + bert + `,` + bert + `]}`,
	} {
		if _, err := parseTemplate(json.RawMessage(processor)); err == nil || !strings.Contains(err.Error(), "post_processor") {
			t.Errorf("%s: %v", processor, err)
		}
	}
}

// TestLongestFirst holds the shares to what the library and transformers' own
// Python tokenizers give.
func TestLongestFirst(t *testing.T) {
	for _, c := range []struct {
		a, b, room int
		fast, slow [2]int
	}{
		{3, 4, 7, [2]int{3, 4}, [2]int{3, 4}},
		{3, 10, 8, [2]int{3, 5}, [2]int{3, 5}},
		{10, 3, 8, [2]int{5, 3}, [2]int{5, 3}},
		{9, 9, 7, [2]int{3, 4}, [2]int{4, 3}},
		{10, 9, 7, [2]int{4, 3}, [2]int{4, 3}},
		{9, 10, 7, [2]int{3, 4}, [2]int{4, 3}},
		{9, 10, 8, [2]int{4, 4}, [2]int{4, 4}},
		{5, 9, 0, [2]int{0, 0}, [2]int{0, 0}},
		{0, 9, 4, [2]int{0, 4}, [2]int{0, 4}},
	} {
		if a, b := longestFirst(c.a, c.b, c.room); [2]int{a, b} != c.fast {
			t.Errorf("longestFirst(%d, %d, %d) = %d, %d, want %v", c.a, c.b, c.room, a, b, c.fast)
		}
		if a, b := longestFirstSlow(c.a, c.b, c.room); [2]int{a, b} != c.slow {
			t.Errorf("longestFirstSlow(%d, %d, %d) = %d, %d, want %v", c.a, c.b, c.room, a, b, c.slow)
		}
	}
}

func TestCutLeft(t *testing.T) {
	e := Encoding{IDs: []int32{1, 2, 3}}
	if diff := cmp.Diff([]int32{2, 3}, cut(e, 2, true).IDs); diff != "" {
		t.Errorf("the left side goes (-want +got):\n%s", diff)
	}
}
