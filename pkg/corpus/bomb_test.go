package corpus

import (
	"bytes"
	"encoding/binary"
	"slices"
	"strings"
	"testing"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/encoding/thrift"
)

// Files of a few bytes that ask for gigabytes are refused before any of it is
// allocated.
func TestBombs(t *testing.T) {
	// A zstd frame with a window of 2^28 bytes and one empty block.
	window := []byte{0x28, 0xB5, 0x2F, 0xFD, 0x00, 18 << 3, 0x01, 0x00, 0x00}
	var table bytes.Buffer
	if err := parquet.Write(&table, []struct {
		Text string `parquet:"text"`
	}{{"京都"}}); err != nil {
		t.Fatal(err)
	}
	file, err := parquet.OpenFile(bytes.NewReader(table.Bytes()), int64(table.Len()))
	if err != nil {
		t.Fatal(err)
	}
	meta := file.Metadata()
	meta.RowGroups[0].Columns[0].MetaData.TotalUncompressedSize = maxChunk + 1
	footer, err := thrift.Marshal(new(thrift.CompactProtocol), meta)
	if err != nil {
		t.Fatal(err)
	}
	chunk := slices.Concat(table.Bytes(), footer, binary.LittleEndian.AppendUint32(nil, uint32(len(footer))), []byte("PAR1"))
	for name, c := range map[string]struct {
		content []byte
		want    string
	}{
		"window.jsonl.zst": {window, "wants a window of more than 128 MiB"},
		"chunk.parquet":    {chunk, "a column of 4294967297 bytes in one row group"},
	} {
		path := write(t, name, c.content)
		var got error
		for _, err := range Texts(path) {
			got = err
		}
		if got == nil || !strings.Contains(got.Error(), c.want) || !strings.Contains(got.Error(), name) {
			t.Errorf("%s: %v, want %q", name, got, c.want)
		}
	}
}
