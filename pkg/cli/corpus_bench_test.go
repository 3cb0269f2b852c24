package cli

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"testing"
	"time"

	"llmjp.internal/modernbert/pkg/corpus"
	"llmjp.internal/modernbert/pkg/project"
)

// paperTokens is the number of tokens of the paper's pretraining corpus (section 2.2).
const paperTokens = 0.69e12

// BenchmarkCorpus tokenizes the project's text, twice over in eight files, by one
// worker process and by more up to the number of cores, each of one thread. It
// reports the median rates and, from the greatest number of workers, the time and
// space that the paper's corpus would take on 32 such nodes.
func BenchmarkCorpus(b *testing.B) {
	data := filepath.Join(eightFiles(b), "*.jsonl")
	digest := ""
	for workers := 1; workers <= runtime.NumCPU(); workers *= 2 {
		b.Run(fmt.Sprintf("workers=%d", workers), func(b *testing.B) {
			var rates, perCore []float64
			var bytesPerToken float64
			for b.Loop() {
				built := buildCorpus(b, data, workers)
				if digest == "" {
					digest = built.Digest
				} else if built.Digest != digest {
					b.Fatalf("digest %s with %d workers, %s before", built.Digest, workers, digest)
				}
				rates = append(rates, built.Tokens/built.seconds)
				perCore = append(perCore, built.Tokens/built.cpuSeconds)
				bytesPerToken = built.bytes / built.Tokens
			}
			slices.Sort(rates)
			slices.Sort(perCore)
			rate := rates[len(rates)/2]
			b.ReportMetric(rate, "tokens/s")
			b.ReportMetric(rate/float64(workers), "tokens/s/worker")
			b.ReportMetric(perCore[len(perCore)/2], "tokens/CPU-s")
			b.ReportMetric(bytesPerToken, "bytes/token")
			seconds := paperTokens / (32 * rate)
			b.Logf("0.69 T tokens on 32 nodes of %d workers: %.1f hours, %.2f TB in all, %.1f MB/s written by a node",
				workers, seconds/3600, paperTokens*bytesPerToken/1e12, rate*bytesPerToken/1e6)
		})
	}
}

// A corpusBuild is the result of one run of the corpus command.
type corpusBuild struct {
	Tokens     float64
	Digest     string
	seconds    float64
	cpuSeconds float64 // of the command and its workers
	bytes      float64 // of the shards
}

// buildCorpus runs the corpus command in a process of its own.
func buildCorpus(b *testing.B, data string, workers int) (built corpusBuild) {
	b.Helper()
	dir := b.TempDir()
	cmd := exec.Command(os.Args[0], "corpus", "--data", data, "--output", dir, "--workers", strconv.Itoa(workers))
	// A process has as many threads as GOMAXPROCS divided by the workers.
	cmd.Env = append(os.Environ(), programEnv+"=1", "GOMAXPROCS="+strconv.Itoa(workers))
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	began := time.Now()
	out, err := cmd.Output()
	built.seconds = time.Since(began).Seconds()
	if err == nil {
		err = json.Unmarshal(out, &built)
	}
	if err != nil {
		b.Fatalf("%v: %s%s", err, out, stderr.String())
	}
	built.cpuSeconds = (cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()).Seconds()
	shards, err := filepath.Glob(filepath.Join(dir, "shard-*"))
	if err != nil {
		b.Fatal(err)
	}
	for _, path := range shards {
		info, err := os.Stat(path)
		if err != nil {
			b.Fatal(err)
		}
		built.bytes += float64(info.Size())
	}
	if err := os.RemoveAll(dir); err != nil {
		b.Fatal(err)
	}
	return built
}

// eightFiles writes the documents of data/corpus, twice each, into eight files of
// about equal size.
func eightFiles(b *testing.B) (dir string) {
	b.Helper()
	source, err := project.Path("data", "corpus", "train.jsonl.gz")
	if err != nil {
		b.Fatal(err)
	}
	dir = b.TempDir()
	var files []*bufio.Writer
	for i := range 8 {
		f, err := os.Create(filepath.Join(dir, fmt.Sprintf("part-%d.jsonl", i)))
		if err != nil {
			b.Fatal(err)
		}
		defer f.Close()
		files = append(files, bufio.NewWriter(f))
	}
	n := 0
	for text, err := range corpus.Texts(source) {
		if err != nil {
			b.Fatal(err)
		}
		line, err := json.Marshal(map[string]string{"text": text.Text})
		if err != nil {
			b.Fatal(err)
		}
		for _, i := range []int{n % 4, 4 + n%4} {
			if _, err := files[i].Write(append(line, '\n')); err != nil {
				b.Fatal(err)
			}
		}
		n++
	}
	for _, f := range files {
		if err := f.Flush(); err != nil {
			b.Fatal(err)
		}
	}
	return dir
}
