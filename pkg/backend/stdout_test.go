package backend

import (
	"io"
	"os"
	"testing"

	"github.com/gomlx/compute"
)

// Opening a backend writes nothing to standard output, which is for results.
func TestNothingOnStdout(t *testing.T) {
	read, write, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout := os.Stdout
	os.Stdout = write
	_, err = OpenNamed("go:parallelism=-1,ops_sequential")
	restored := os.Stdout == write
	os.Stdout = stdout
	write.Close()
	said, _ := io.ReadAll(read)
	if err != nil || len(said) > 0 || !restored {
		t.Errorf("%v, %q on stdout, stdout restored: %v", err, said, restored)
	}
	// Restored after a panic, too.
	func() {
		defer func() { _ = recover() }()
		_, _ = quietly(func() (compute.Backend, error) { panic("no backend") })
	}()
	if os.Stdout != stdout {
		t.Error("standard output is gone after a panic")
	}
}
