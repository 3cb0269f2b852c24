package corpus

import (
	"context"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"llmjp.internal/modernbert/pkg/durable"
)

func TestOrder(t *testing.T) {
	for _, n := range []int{1, 2, 3, 5, 16, 17, 1000, 4097} {
		seen := make([]bool, n)
		o := NewOrder(n, 42, 3)
		for i := range n {
			at := o.At(i)
			if seen[at] {
				t.Fatalf("n=%d: %d twice", n, at)
			}
			seen[at] = true
		}
	}
	same := func(a, b Order) (n int) {
		for i := range 1000 {
			if a.At(i) == b.At(i) {
				n++
			}
		}
		return n
	}
	o := NewOrder(1000, 42, 0)
	for name, other := range map[string]Order{"epoch": NewOrder(1000, 42, 1), "seed": NewOrder(1000, 43, 0)} {
		if n := same(o, other); n > 10 { // expected: 1
			t.Errorf("another %s: %d of 1000 places are equal", name, n)
		}
	}
	sum := 0.0 // the mean distance of neighbours is a third of n where the order is random
	for i := range 999 {
		d := float64(o.At(i+1) - o.At(i))
		sum += max(d, -d)
	}
	if mean := sum / 999; mean < 300 || mean > 367 {
		t.Errorf("neighbours are %.0f apart, 333 are expected", mean)
	}
}

// A batch holds each document once an epoch, whatever the batch size.
func TestBatch(t *testing.T) {
	file := write(t, "a.jsonl", lines(10))
	c, err := Build(context.Background(), Options{Patterns: []string{file}, Tokenizer: &bytesTokenizer{}, Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	count := map[int32]int{}
	for k := range 10 { // 3 epochs
		rows, err := Batch(c, 7, k, 3, 16)
		if err != nil {
			t.Fatal(err)
		}
		for _, row := range rows {
			count[row[1]]++
		}
	}
	for i := range int32(10) {
		if n := count['0'+i+70000]; n != 3 {
			t.Errorf("document %d was drawn %d times in 3 epochs", i, n)
		}
	}
}

// Ten million documents: opening takes no longer than for ten, and batch
// 5,000,000 comes in milliseconds.
func BenchmarkTenMillionDocuments(b *testing.B) {
	const shards, each = 100, 100_000
	dir := b.TempDir()
	x := index{Version: indexVersion, CLS: 5, SEP: 6, Documents: shards * each}
	for i := range shards {
		var docs documents
		for j := range each {
			docs.add([]int32{int32(i), int32(j), 7, 8})
		}
		name := fmt.Sprintf("shard-%05d", i)
		if err := docs.write(filepath.Join(dir, name)); err != nil {
			b.Fatal(err)
		}
		x.Shards = append(x.Shards, shardEntry{File: name, Documents: each})
	}
	if err := durable.Seal(filepath.Join(dir, "index.json"), x); err != nil {
		b.Fatal(err)
	}
	b.ResetTimer()
	for b.Loop() {
		start := time.Now()
		c, err := Open(dir)
		if err != nil {
			b.Fatal(err)
		}
		opened := time.Now()
		if _, err := Batch(c, 42, 5_000_000, 32, 128); err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(float64(opened.Sub(start).Microseconds())/1e3, "ms/open")
		b.ReportMetric(float64(time.Since(opened).Microseconds())/1e3, "ms/batch")
		c.Close()
	}
}
