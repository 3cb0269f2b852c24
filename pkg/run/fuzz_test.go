package run

import (
	"os"
	"path/filepath"
	"testing"
)

// FuzzRun reads run.json, log.jsonl and eval.jsonl of a stranger: an error or a
// curve, never a panic.
func FuzzRun(f *testing.F) {
	f.Add([]byte(`{"preset": "tiny", "stage": 1, "total_steps": 2}`), []byte("{\"step\": 1, \"loss\": 2.5}\n{\"step\": 2, \"lo"), []byte("{\"step\": 2, \"loss\": 2.4}\n"))
	f.Add([]byte(`{"stage": "1"}`), []byte("\n\n"), []byte("{\"Step\": 1}\n"))
	f.Add([]byte(`{"stage": -1, "stage": 2}`), []byte("null\n"), []byte("[]\n"))
	dir := f.TempDir() // one for all executions of a process: making and removing folders took most of their time
	f.Fuzz(func(t *testing.T, description, log, evaluations []byte) {
		if len(description)+len(log)+len(evaluations) > 1<<16 {
			t.Skip("longer inputs only take longer")
		}
		for name, data := range map[string][]byte{"run.json": description, "log.jsonl": log, "eval.jsonl": evaluations} {
			if err := os.WriteFile(filepath.Join(dir, name), data, 0o666); err != nil {
				t.Fatal(err)
			}
		}
		_, _ = Read(dir)
		_, _ = Curve(dir)
	})
}
