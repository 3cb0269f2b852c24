package project

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// The Kubernetes manifests of scripts/cluster fit their published schemas, and
// a field that these do not have is seen.
func TestClusterManifests(t *testing.T) {
	root, err := Root()
	if err != nil {
		t.Fatal(err)
	}
	python := filepath.Join(root, ".local", "venv", "bin", "python")
	if _, err := os.Stat(python); err != nil {
		t.Skip("scripts/setup makes the Python that checks the manifests")
	}
	dir := filepath.Join(root, "scripts", "cluster")
	for manifest, schema := range map[string]string{"mpijob.yaml": "mpijob", "indexed-job.yaml": "job"} {
		check := func(path string) (string, error) {
			out, err := exec.Command(python, filepath.Join(dir, "check.py"), path, filepath.Join(dir, "testdata", schema+".schema.json.gz")).CombinedOutput()
			return string(out), err
		}
		if out, err := check(filepath.Join(dir, manifest)); err != nil {
			t.Errorf("%v: %s", err, out)
		}
		content, err := os.ReadFile(filepath.Join(dir, manifest))
		if err != nil {
			t.Fatal(err)
		}
		wrong := filepath.Join(t.TempDir(), manifest)
		if err := os.WriteFile(wrong, []byte(strings.Replace(string(content), "workingDir", "workDir", 1)), 0o666); err != nil {
			t.Fatal(err)
		}
		if out, err := check(wrong); err == nil || !strings.Contains(out, "'workDir' was unexpected") {
			t.Errorf("%s with a wrong field: %v: %s", manifest, err, out)
		}
	}
}
