package corpus

import (
	"fmt"
	"runtime"
	"testing"
)

// large makes a corpus of n documents of three tokens each, a million a shard,
// as Build would from a text.
func large(tb testing.TB, n int) string {
	tb.Helper()
	b := &builder{Options: Options{Dir: tb.TempDir(), Report: func(string) {}}, want: index{Version: indexVersion, CLS: 5, SEP: 6}}
	b.want.Inputs = []inputEntry{{File: "large"}}
	var docs documents
	for i := range n {
		docs.add([]int32{int32(i), 7, 8})
		if docs.len() < 1_000_000 && i < n-1 {
			continue
		}
		entry := shardEntry{Input: b.want.Inputs[0]}
		if err := b.save(&docs, &entry, 0, len(b.want.Shards)); err != nil {
			tb.Fatal(err)
		}
		b.want.Shards = append(b.want.Shards, entry)
		docs.reset()
	}
	c, err := b.finish()
	if err != nil {
		tb.Fatal(err)
	}
	defer c.Close()
	return b.Dir
}

// heap is the live memory of the process.
func heap() int {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int(m.HeapAlloc)
}

// A corpus of a million documents takes no more memory than a small one, and a
// batch far on in it is the one that its number says.
func TestMemoryDoesNotGrow(t *testing.T) {
	dir := large(t, 1_000_000)
	before := heap()
	c, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	for k := range 1000 {
		if _, err := Batch(c, 42, 5_000_000+k, 8, 128); err != nil {
			t.Fatal(err)
		}
	}
	if grown := heap() - before; grown > 1<<20 {
		t.Errorf("the heap has grown by %d bytes", grown)
	}
	rows, err := Batch(c, 42, 5_000_000, 8, 128)
	if err != nil {
		t.Fatal(err)
	}
	for j, row := range rows { // document 40,000,000 + j of the stream: the 40th epoch begins
		want := fmt.Sprint([]int32{5, int32(NewOrder(1_000_000, 42, 40).At(j)), 7, 8, 6})
		if got := fmt.Sprint(row); got != want {
			t.Errorf("row %d: %s, want %s", j, got, want)
		}
	}
}
