package pretrain

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"llmjp.internal/modernbert/pkg/run"
)

// smallDisk makes the run's folder a file system of its own and returns a
// function that mounts it with other options. That takes root.
func smallDisk(t *testing.T, dir, options string) (remount func(flags uintptr, options string)) {
	t.Helper()
	if err := os.MkdirAll(dir, 0o777); err != nil {
		t.Fatal(err)
	}
	if err := unix.Mount("tmpfs", dir, "tmpfs", 0, options); err != nil {
		t.Skipf("a small disk takes root and the right to mount: %v", err)
	}
	t.Cleanup(func() { unix.Unmount(dir, unix.MNT_DETACH) })
	return func(flags uintptr, options string) {
		t.Helper()
		if err := unix.Mount("tmpfs", dir, "tmpfs", unix.MS_REMOUNT|flags, options); err != nil {
			t.Fatal(err)
		}
	}
}

// A disk that is full, or only for reading, ends the run with the way out.
// Nothing is lost: with room the same command goes on, bit for bit.
func TestDiskFullAndReadOnly(t *testing.T) {
	whole := withValidation(t, options(t, small...))
	mustRun(t, whole)
	opt := withValidation(t, options(t, small...))
	// The first two checkpoints have room, of some 10 and 22 MB; the third has not.
	remount := smallDisk(t, opt.Output, "size=40m")
	fails := func(want ...string) {
		t.Helper()
		_, err := Run(t.Context(), opt)
		for _, want := range want {
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Fatalf("error %v, want %q", err, want)
			}
		}
		if left, _ := filepath.Glob(filepath.Join(opt.Output, run.Staying, ".*.tmp")); len(left) > 0 {
			t.Errorf("left half written: %v", left)
		}
	}
	fails("no space left for the checkpoint of step 4", "make room and run the same command again")
	remount(unix.MS_RDONLY, "size=200m")
	fails("read-only file system", opt.Output)
	remount(0, "size=200m")
	if s := mustRun(t, opt); s.Steps != 6 {
		t.Errorf("%d steps were made, 6 were left", s.Steps)
	}
	same(t, whole.Output, opt.Output, 8)
}

// A log that lost lines before the checkpoint's step is told; the run goes on.
func TestLogThatLostLines(t *testing.T) {
	opt := options(t, small...)
	opt.Steps = 4
	mustRun(t, opt)
	path := filepath.Join(opt.Output, run.LogFile)
	log := readFile(t, path)
	opt.Steps = 5
	for _, test := range []struct{ name, content, want string }{
		{"a flipped byte in the last line", strings.Replace(log, `{"step":4`, `["step":4`, 1), "log.jsonl ends at step 3 and not 4"},
		{"an empty file", "", "log.jsonl ends at step 0 and not 5"},
	} {
		overwrite(t, path, test.content)
		var said []string
		opt.Report = func(line string) { said = append(said, line) }
		mustRun(t, opt)
		opt.Steps++
		if all := strings.Join(said, "\n"); !strings.Contains(all, test.want) {
			t.Errorf("%s: said %s", test.name, all)
		}
	}
}
