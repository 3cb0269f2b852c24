// throwaway: reads JSON lines {"text"} or {"a","b"} with optional "max", "nospecial"; writes ids
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"runtime"
	"sync"
	"time"

	"llmjp.internal/modernbert/pkg/text"
)

type in struct {
	Text, A, B *string
	Max        int
	NoSpecial  bool
}

func main() {
	tok, err := text.Open(os.Args[1])
	if err != nil {
		panic(err)
	}
	f, _ := os.Open(os.Args[2])
	s := bufio.NewScanner(f)
	s.Buffer(nil, 1<<26)
	var ins []in
	for s.Scan() {
		var x in
		if err := json.Unmarshal(s.Bytes(), &x); err != nil {
			panic(err)
		}
		ins = append(ins, x)
	}
	outs := make([]text.Encoding, len(ins))
	start := time.Now()
	var wg sync.WaitGroup
	w := runtime.GOMAXPROCS(0)
	for k := range w {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for i := k; i < len(ins); i += w {
				x := ins[i]
				var e text.Encoding
				var err error
				if x.Text != nil {
					e, err = tok.Encode(*x.Text, !x.NoSpecial, x.Max)
				} else {
					e, err = tok.EncodePair(*x.A, *x.B, x.Max)
				}
				if err != nil {
					panic(err)
				}
				outs[i] = e
			}
		}()
	}
	wg.Wait()
	n := 0
	for _, o := range outs {
		n += len(o.IDs)
	}
	d := time.Since(start)
	fmt.Fprintf(os.Stderr, "%d texts %d tokens %.2fs %.0f tokens/s\n", len(ins), n, d.Seconds(), float64(n)/d.Seconds())
	out := bufio.NewWriter(os.Stdout)
	for _, o := range outs {
		b, _ := json.Marshal(map[string]any{"ids": o.IDs, "types": o.TypeIDs, "off": o.Offsets, "sp": o.Special})
		out.Write(b)
		out.WriteByte('\n')
	}
	out.Flush()
}
