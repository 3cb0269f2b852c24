//go:build mpi

package cli

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"llmjp.internal/modernbert/pkg/array/slurmtest"
	"llmjp.internal/modernbert/pkg/project"
	"llmjp.internal/modernbert/pkg/run"
)

// submit hands scripts/cluster/NAME in, which starts the test's binary, and
// returns the job's number.
func submit(t *testing.T, name string, args ...string) string {
	t.Helper()
	root, err := project.Root()
	if err != nil {
		t.Fatal(err)
	}
	log := filepath.Join(t.TempDir(), "job.log")
	cmd := exec.Command("sbatch", append([]string{"--parsable", "--output=" + log, filepath.Join(root, "scripts", "cluster", name)}, args...)...)
	cmd.Env = append(os.Environ(), programEnv+"=1", "MODERNBERT="+os.Args[0])
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("sbatch: %v: %s", err, out)
	}
	t.Cleanup(func() {
		if content, _ := os.ReadFile(log); t.Failed() {
			t.Logf("%s:\n%s", name, content)
		}
	})
	return strings.TrimSpace(string(out))
}

// await waits until a job is out of the queue.
func await(t *testing.T, id string) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Minute); ; time.Sleep(time.Second) {
		out, err := exec.Command("squeue", "--noheader", "--jobs="+id).CombinedOutput()
		if err != nil || len(bytes.TrimSpace(out)) == 0 {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("job %s does not end: %s", id, out)
		}
	}
}

// losses reads a run's log without its times.
func losses(t *testing.T, output string) (lines []run.Line) {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(output, run.LogFile))
	if err != nil {
		return nil
	}
	for text := range bytes.Lines(content) {
		var line run.Line
		if json.Unmarshal(text, &line) == nil {
			line.Seconds = 0
			lines = append(lines, line)
		}
	}
	return lines
}

// The sbatch script makes one run of two nodes. When one of them dies, Slurm
// hands the job in again, and the run goes on: its log is that of a run that
// nobody disturbed.
func TestClusterSurvivesAHost(t *testing.T) {
	cluster := slurmtest.Start(t, 2)
	texts := corpusTexts(t)
	pretrain := func(output string) []string {
		args := []string{"--output", output, "--data", texts, "--valid", "none", "--retrieval", "none", "--cache", filepath.Join(filepath.Dir(output), "cache")}
		for _, set := range []string{"hidden_size=16", "intermediate_size=16", "num_attention_heads=2", "num_hidden_layers=1", "batch_size=4",
			"max_length=32", "lengths=32", "total_steps=60", "rolling_every=3", "checkpoint_every=0"} {
			args = append(args, "--set", set)
		}
		return args
	}
	whole, disturbed := filepath.Join(t.TempDir(), "run"), filepath.Join(t.TempDir(), "run")
	await(t, submit(t, "pretrain.sbatch", pretrain(whole)...))
	want := losses(t, whole)
	if len(want) != 60 {
		t.Fatalf("%d steps of 60 in the undisturbed run", len(want))
	}
	id := submit(t, "pretrain.sbatch", pretrain(disturbed)...)
	for deadline := time.Now().Add(5 * time.Minute); len(losses(t, disturbed)) < 8; time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("the run does not begin")
		}
	}
	cluster.Kill(2)
	for deadline := time.Now().Add(5 * time.Minute); ; time.Sleep(time.Second) {
		out, _ := exec.Command("squeue", "--noheader", "--format=%T", "--jobs="+id).Output()
		if strings.TrimSpace(string(out)) == "PENDING" {
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("the job is not handed in again: %s", out)
		}
	}
	if n := len(losses(t, disturbed)); n == 60 {
		t.Fatal("the run ended before the host died")
	}
	cluster.Boot(2)
	await(t, id)
	got := losses(t, disturbed)
	if len(got) != len(want) {
		t.Fatalf("%d steps after the death of a host, %d without", len(got), len(want))
	}
	for i := range want {
		if got[i] != want[i] {
			t.Fatalf("step %d: %+v, undisturbed %+v", i+1, got[i], want[i])
		}
	}
}

// The script for arrays tokenizes a corpus on the cluster.
func TestClusterArray(t *testing.T) {
	slurmtest.Start(t, 2)
	texts, serial, dir := corpusTexts(t), t.TempDir(), t.TempDir()
	want, stderr, code := command("corpus", "--data", texts, "--output", serial)
	if code != 0 {
		t.Fatal(stderr)
	}
	await(t, submit(t, "array.sbatch", "corpus", "--data", texts, "--output", dir))
	got, stderr, code := command("corpus", "--data", texts, "--output", dir)
	if code != 0 || got != want {
		t.Errorf("exit %d: %s%s, want %s", code, got, stderr, want)
	}
	if logs, _ := filepath.Glob(filepath.Join(dir, "slurm", "*_?.log")); len(logs) != 4 {
		t.Errorf("logs of the tasks: %q", logs)
	}
}
