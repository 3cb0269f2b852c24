package checkpoint

import (
	"encoding/binary"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// file returns a safetensors file of a header and n bytes of data.
func file(header string, n int) []byte {
	b := binary.LittleEndian.AppendUint64(nil, uint64(len(header)))
	return append(append(b, header...), make([]byte, n)...)
}

var badFiles = []struct {
	name string
	file []byte
	want string // part of the error
}{
	{"empty", nil, "0 bytes"},
	{"seven bytes", make([]byte, 7), "7 bytes"},
	{"header of 2^60 bytes", append(binary.LittleEndian.AppendUint64(nil, 1<<60), '{', '}'), "a header of 1152921504606846976 bytes"},
	{"header of 2^64-1 bytes", append(binary.LittleEndian.AppendUint64(nil, 1<<64-1), '{', '}'), "the limit is"},
	{"header past the end", append(binary.LittleEndian.AppendUint64(nil, 100), '{', '}'), "truncated"},
	{"no header", file("", 0), "not a JSON object"},
	{"not JSON", file("{\"a\":", 0), "header"},
	{"an array", file("[]", 0), "not a JSON object"},
	{"something after", file("{} {}", 0), "something follows"},
	{"not UTF-8", file("{\"\xff\":1}", 0), "UTF-8"},
	{"metadata of numbers", file(`{"__metadata__":{"a":1}}`, 0), "__metadata__"},
	{"a name twice", file(`{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}`, 8), `"a" comes twice`},
	{"no dtype", file(`{"a":{"shape":[1],"data_offsets":[0,4]}}`, 4), `tensor "a"`},
	{"not a tensor", file(`{"a":7}`, 4), `tensor "a"`},
	{"null", file(`{"a":null}`, 4), `tensor "a"`},
	{"an unknown dtype", file(`{"a":{"dtype":"F128","shape":[1],"data_offsets":[0,16]}}`, 16), `dtype "F128" is not one of`},
	{"keys in another case", file(`{"a":{"DType":"F32","shape":[1],"data_offsets":[0,4]}}`, 4), "are missing"},
	{"three offsets", file(`{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4,4]}}`, 4), `tensor "a"`},
	{"a fraction", file(`{"a":{"dtype":"F32","shape":[1.5],"data_offsets":[0,4]}}`, 4), `tensor "a"`},
	{"negative dimension", file(`{"a":{"dtype":"F32","shape":[-1,-1],"data_offsets":[0,4]}}`, 4), "negative"},
	{"negative offset", file(`{"a":{"dtype":"F32","shape":[1],"data_offsets":[-4,0]}}`, 4), "not a range"},
	{"backwards", file(`{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}}`, 4), "not a range"},
	{"shape that wraps around", file(`{"a":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,0]}}`, 0), "too large"},
	{"shape and bytes differ", file(`{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}`, 4), "needs 8"},
	{"truncated data", file(`{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}`, 7), "truncated"},
	{"bytes after", file(`{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}`, 9), "1 bytes after"},
	{"a gap", file(`{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}`, 8), "belong to nobody"},
	{"an overlap", file(`{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}`, 8), `tensor "b": its data begins at 4 and overlaps tensor "a"`},
}

func TestBadFiles(t *testing.T) {
	for _, test := range badFiles {
		t.Run(test.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "bad.safetensors")
			if err := os.WriteFile(path, test.file, 0o666); err != nil {
				t.Fatal(err)
			}
			f, err := OpenFile(path)
			if err == nil {
				f.Close()
				t.Fatal("opened")
			}
			if !strings.Contains(err.Error(), test.want) || strings.Count(err.Error(), path) != 1 || strings.Contains(err.Error(), "\n") {
				t.Errorf("want %q, got %v", test.want, err)
			}
		})
	}
}

func TestOpenFileThatIsNotOne(t *testing.T) {
	dir := t.TempDir()
	for _, path := range []string{dir, filepath.Join(dir, "nothing")} {
		if _, err := OpenFile(path); err == nil || strings.Count(err.Error(), path) != 1 {
			t.Errorf("%s: %v", path, err)
		}
	}
}

// FuzzHeader wants an error or tensors that lie within the data, never a
// panic, and no memory beyond what the input pays for.
func FuzzHeader(f *testing.F) {
	for _, bad := range badFiles {
		f.Add(bad.file)
	}
	good, err := os.ReadFile(golden)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(good)
	f.Fuzz(func(t *testing.T, content []byte) {
		n, err := headerSize(content, int64(len(content)))
		if err != nil {
			return
		}
		data := content[8+n:]
		tensors, _, err := parseHeader(content[8:8+n], int64(len(data)))
		if err != nil {
			return
		}
		total := 0
		for _, tensor := range tensors {
			size := tensor.DType.Size()
			for _, d := range tensor.Shape {
				size *= d
			}
			if size != tensor.end-tensor.begin || len(data[tensor.begin:tensor.end]) != size {
				t.Errorf("%+v", tensor)
			}
			total += size
		}
		if total != len(data) {
			t.Errorf("%d bytes of %d belong to tensors", total, len(data))
		}
	})
}
