package corpus

import (
	"bytes"
	"compress/gzip"
	"os"
	"path/filepath"
	"testing"

	"github.com/klauspost/compress/zstd"
	"github.com/parquet-go/parquet-go"

	"llmjp.internal/modernbert/pkg/durable"
)

// FuzzTexts reads bytes as a file of every kind: an error or texts, never a
// panic, and no line beyond its limit. A bounded run:
//
//	go test ./pkg/corpus -run '^$' -fuzz 'FuzzTexts$' -fuzztime 30s
func FuzzTexts(f *testing.F) {
	names := []string{"a.jsonl", "a.jsonl.gz", "a.jsonl.zst", "a.parquet", "a.txt"}
	rows := []byte("{\"text\": \"猫\", \"id\": 1}\n\n{\"ids\": [5, 6], \"attention_mask\": [1, 0]}\n{\"Text\": 1}\n")
	var packed, squeezed, table bytes.Buffer
	zip := gzip.NewWriter(&packed)
	zip.Write(rows)
	zip.Close()
	squeeze, err := zstd.NewWriter(&squeezed)
	if err != nil {
		f.Fatal(err)
	}
	squeeze.Write(rows)
	squeeze.Close()
	type row struct {
		Text *string `parquet:"text,optional"`
	}
	one := "猫"
	if err := parquet.Write(&table, []row{{&one}, {nil}}); err != nil {
		f.Fatal(err)
	}
	for kind, data := range [][]byte{rows, packed.Bytes(), squeezed.Bytes(), table.Bytes(), rows} {
		for _, tail := range [][]byte{nil, data, []byte("tail"), make([]byte, 9)} { // a second member, garbage, zeros
			f.Add(uint8(kind), append(bytes.Clone(data), tail...))
		}
		f.Add(uint8(kind), data[:len(data)/2])
	}
	f.Fuzz(func(t *testing.T, kind uint8, data []byte) {
		path := filepath.Join(t.TempDir(), names[int(kind)%len(names)])
		if err := os.WriteFile(path, data, 0o666); err != nil {
			t.Fatal(err)
		}
		n := 0
		for text, err := range Texts(path) {
			if n++; err == nil && len(text.Text) > MaxLine || n > 1<<20 {
				t.Fatalf("text %d of %d bytes", n, len(text.Text))
			}
		}
		if n == 0 {
			t.Error("neither a text nor an error")
		}
	})
}

// FuzzIndex opens a corpus of a made-up index and shard, whose checksums are
// right: an error, or documents that can be read or are damaged.
func FuzzIndex(f *testing.F) {
	docs := &documents{}
	docs.add([]int32{7, 8, 9})
	docs.add([]int32{10})
	dir := f.TempDir()
	if err := docs.write(filepath.Join(dir, "s")); err != nil {
		f.Fatal(err)
	}
	shard, err := os.ReadFile(filepath.Join(dir, "s"))
	if err != nil {
		f.Fatal(err)
	}
	x := index{Version: indexVersion, Shards: []shardEntry{{File: "shard", Documents: 2, Tokens: 4}}, Documents: 2, Tokens: 4}
	x.Digest = x.digest()
	f.Add(2, int64(4), 2, int64(4), "shard", shard)
	f.Add(3, int64(4), 2, int64(4), "shard", shard[:40])
	f.Add(2, int64(4), 2, int64(5), "../shard", shard)
	f.Add(1<<40, int64(-1), -1, int64(4), "", bytes.Repeat([]byte{0xff}, 64))
	f.Fuzz(func(t *testing.T, documents int, tokens int64, own int, ownTokens int64, name string, shard []byte) {
		dir := t.TempDir()
		x := index{Version: indexVersion, Shards: []shardEntry{{File: name, Documents: own, Tokens: ownTokens}}, Documents: documents, Tokens: tokens}
		x.Digest = x.digest()
		if durable.Seal(filepath.Join(dir, "index.json"), x) != nil || os.WriteFile(filepath.Join(dir, "shard"), shard, 0o666) != nil {
			t.Skip()
		}
		c, err := Open(dir)
		if err != nil {
			return
		}
		defer c.Close()
		for i := range c.Len() {
			if _, err := c.Row(i, 100); err != nil {
				return
			}
		}
	})
}
