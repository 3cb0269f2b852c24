package corpus

import (
	"bytes"
	"compress/gzip"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/klauspost/compress/zstd"
	"github.com/parquet-go/parquet-go"
)

func write(t *testing.T, name string, data []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, data, 0o666); err != nil {
		t.Fatal(err)
	}
	return path
}

func zip(t *testing.T, s string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	w.Write([]byte(s))
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func collect(patterns ...string) (texts []Text, err error) {
	for text, err := range Texts(patterns...) {
		if err != nil {
			return texts, err
		}
		text.File = filepath.Base(text.File)
		texts = append(texts, text)
	}
	return texts, nil
}

func TestTextsOfEveryKind(t *testing.T) {
	const lines = "{\"text\":\"一\"}\n\n{\"text\":\"\",\"id\":7}\r\n{\"ids\":[5,6,4],\"attention_mask\":[1,1,0],\"id\":\"x\"}"
	want := []Text{
		{Line: 1, ID: "0", Text: "一", JSON: []byte(`{"text":"一"}`)},
		{Line: 3, ID: "7", JSON: []byte(`{"text":"","id":7}`)},
		{Line: 4, ID: "x", IDs: []int32{5, 6, 4}, Length: 2, JSON: []byte(`{"ids":[5,6,4],"attention_mask":[1,1,0],"id":"x"}`)},
	}
	z, _ := zstd.NewWriter(nil)
	for name, data := range map[string][]byte{
		"a.jsonl":     []byte("\ufeff" + lines),
		"a.jsonl.gz":  zip(t, lines),
		"a.jsonl.zst": z.EncodeAll([]byte(lines), nil),
	} {
		got, err := collect(write(t, name, data))
		if err != nil {
			t.Fatal(name, err)
		}
		for i := range got {
			got[i].File = ""
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}

	// Names of fields are taken as they are written.
	got, err := collect(write(t, "a.jsonl", []byte(`{"text":"a","Text":"b","TEXT":3,"ID":4}`)))
	if err != nil || got[0].Text != "a" || got[0].ID != "0" {
		t.Errorf("%+v, %v", got, err)
	}

	got, err = collect(write(t, "a.txt", []byte("一\n\n三\n")))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]Text{{File: "a.txt", Line: 1, ID: "0", Text: "一"}, {File: "a.txt", Line: 2, ID: "1"}, {File: "a.txt", Line: 3, ID: "2", Text: "三"}}, got); diff != "" {
		t.Error(diff)
	}
}

func TestTextsOfParquet(t *testing.T) {
	type row struct {
		Number int64
		Text   *string `parquet:"text,optional"`
	}
	one, three := "一", "三"
	path := filepath.Join(t.TempDir(), "a.parquet")
	if err := parquet.WriteFile(path, []row{{1, &one}, {3, &three}}); err != nil {
		t.Fatal(err)
	}
	got, err := collect(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]Text{{File: "a.parquet", Line: 1, ID: "0", Text: one}, {File: "a.parquet", Line: 2, ID: "1", Text: three}}, got); diff != "" {
		t.Error(diff)
	}
	if err := parquet.WriteFile(path, []row{{1, &one}, {3, nil}}); err != nil {
		t.Fatal(err)
	}
	if _, err := collect(path); err == nil || !strings.HasSuffix(err.Error(), `a.parquet:2: field "text" is null`) {
		t.Error(err)
	}
}

func TestTextsRefuse(t *testing.T) {
	whole := zip(t, strings.Repeat("{\"text\":\"一二三\"}\n", 1000))
	long := append([]byte("{\"text\":\"a\"}\n{\"text\":\""), bytes.Repeat([]byte("a"), MaxLine)...)
	for name, c := range map[string]struct {
		file string
		data []byte
		want string
	}{
		"empty":           {"a.jsonl", nil, "a.jsonl: no texts"},
		"blank":           {"a.jsonl", []byte("\n \n"), "a.jsonl: no texts"},
		"not JSON":        {"a.jsonl", []byte("{\"text\":\"a\"}\n{\"text\":"), "a.jsonl:2: not JSON"},
		"not an object":   {"a.jsonl", []byte("7"), "a.jsonl:1: this is a number, an object is needed"},
		"an array":        {"a.jsonl", []byte("\n[\n {\"text\": \"a\"}\n]\n"), "a.jsonl:2: the file is a JSON array"},
		"a key twice":     {"a.jsonl", []byte(`{"text": "a", "text": "b"}`), "a.jsonl:1: field \"text\" comes twice"},
		"another case":    {"a.jsonl", []byte(`{"Text": "a"}`), "a.jsonl:1: field \"text\" is missing"},
		"missing":         {"a.jsonl", []byte("{\"txt\":\"a\"}"), "a.jsonl:1: field \"text\" is missing"},
		"null":            {"a.jsonl", []byte("{\"text\":null}"), "a.jsonl:1: field \"text\" is null"},
		"a number":        {"a.jsonl", []byte("{\"text\":3}"), "a.jsonl:1: field \"text\" is a number, a string is needed"},
		"not UTF-8":       {"a.jsonl", []byte("{\"text\":\"\xff\"}"), "a.jsonl:1: the line is not UTF-8"},
		"too long":        {"a.jsonl", append(long, "\"}\n"...), "a.jsonl:2: the line is longer than 64 MiB"},
		"truncated gzip":  {"a.jsonl.gz", whole[:len(whole)-12], "the compressed file ends too early"},
		"not gzip":        {"a.jsonl.gz", []byte("{\"text\":\"a\"}\n"), "not a gzip file"},
		"not zstd":        {"a.jsonl.zst", []byte("{\"text\":\"a\"}\n"), "not a zstd file"},
		"not parquet":     {"a.parquet", []byte("PAR1"), "not a parquet file"},
		"unknown kind":    {"a.csv", []byte("a"), "a.csv: unknown kind of file"},
		"ids of no array": {"a.jsonl", []byte("{\"ids\":\"a\"}"), "a.jsonl:1: field \"ids\" is not an array of integers"},
		"ids of floats":   {"a.jsonl", []byte("{\"ids\":[1.5]}"), "a.jsonl:1: field \"ids\" holds \"1.5\" at position 0"},
		"no ids":          {"a.jsonl", []byte("{\"ids\":[]}"), "a.jsonl:1: field \"ids\" is empty"},
		"short mask":      {"a.jsonl", []byte("{\"ids\":[1,2],\"attention_mask\":[1]}"), "a.jsonl:1: field \"attention_mask\" has 1 values for 2 ids"},
		"mask with holes": {"a.jsonl", []byte("{\"ids\":[1,2],\"attention_mask\":[0,1]}"), "padding stands at the end"},
		"mask of twos":    {"a.jsonl", []byte("{\"ids\":[1],\"attention_mask\":[2]}"), "only 0 and 1 are allowed"},
	} {
		_, err := collect(write(t, c.file, c.data))
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want %s", name, err, c.want)
		}
	}
	if _, err := collect("nothing*.jsonl"); err == nil {
		t.Error("a glob that matches nothing is no error")
	}
}

func TestPassagesAndPairs(t *testing.T) {
	texts := write(t, "t.jsonl", []byte("{\"id\":\"r\",\"text\":\"x\"}\n{\"id\":\"a\",\"paragraphs\":[\"p\",\"q\"],\"title\":3}\n{\"id\":\"r\",\"text\":\"x\"}\n"))
	p, err := ReadPassages(texts)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"r", "a#0", "a#1"}, p.Refs()); diff != "" {
		t.Error(diff)
	}
	pairs, err := ReadPairs(write(t, "p.jsonl", []byte("{\"query\":\"a#1\",\"positive\":\"r\"}\n{\"query\":\"a#0\",\"positive\":\"a#1\"}\n")))
	if err != nil {
		t.Fatal(err)
	}
	queries, positives, err := p.Resolve(pairs)
	if err != nil || !cmp.Equal(queries, []string{"q", "p"}) || !cmp.Equal(positives, []string{"x", "q"}) {
		t.Error(queries, positives, err)
	}
	for data, want := range map[string]string{
		"{\"id\":\"r\",\"text\":\"x\"}\n{\"id\":\"r\",\"text\":\"y\"}": `:2: the passage "r" stands twice with different texts`,
		"{\"text\":\"x\"}":            `field "id" is missing`,
		"{\"id\":1,\"text\":2}":       `field "text" is a number`,
		"{\"id\":1}":                  "neither",
		"{\"id\":1,\"paragraphs\":3}": "not an array of strings",
	} {
		if _, err := ReadPassages(write(t, "t.jsonl", []byte(data))); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", data, err)
		}
	}
	missing, _ := ReadPairs(write(t, "p.jsonl", []byte("{\"query\":\"a#1\",\"positive\":\"zz\"}")))
	if _, _, err := p.Resolve(missing); err == nil || !strings.Contains(err.Error(), `:1: the passage "zz" is not in the texts`) {
		t.Error(err)
	}
}
