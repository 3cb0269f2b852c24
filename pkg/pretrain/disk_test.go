package pretrain

import (
	"io/fs"
	"path/filepath"
	"testing"

	"llmjp.internal/modernbert/pkg/model"
	"llmjp.internal/modernbert/pkg/run"
)

// TestDiskOfARun compares the bytes that a run was to take with those it took.
func TestDiskOfARun(t *testing.T) {
	opt := options(t, small...)
	mustRun(t, opt)
	n, want, err := opt.Settings.Disk()
	if err != nil {
		t.Fatal(err)
	}
	var got int64
	err = filepath.WalkDir(filepath.Join(opt.Output, run.Staying), func(_ string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		info, err := entry.Info()
		got += info.Size()
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	saved, err := run.Saved(opt.Output, run.Staying)
	if err != nil || len(saved) != n {
		t.Errorf("%d checkpoints, %d were foretold: %v", len(saved), n, err)
	}
	if want < got || want > got+int64(n)<<20 {
		t.Errorf("%d bytes were foretold, the checkpoints have %d", want, got)
	}
}

// TestDiskOfPresets counts by hand: small's stage 1 leaves 0, 48, 180, 600, 1200,
// 2400, 3600, 4800 and 6000.
func TestDiskOfPresets(t *testing.T) {
	for _, test := range []struct {
		preset       string
		stage, count int
		checkpoints  int64 // with moments, the rolling one included
	}{{"tiny", 1, 9, 8}, {"tiny", 2, 3, 2}, {"small", 1, 9, 9}, {"small", 2, 3, 3}, {"base", 1, 13, 13}} {
		s, err := Preset(test.preset, test.stage)
		if err != nil {
			t.Fatal(err)
		}
		c, err := s.Architecture()
		if err != nil {
			t.Fatal(err)
		}
		weights := 4 * int64(model.Count(c.Params(model.MaskedLM)))
		want := weights + 3*weights*test.checkpoints + (1+test.checkpoints)*besideWeights
		if n, got, err := s.Disk(); err != nil || n != test.count || got != want {
			t.Errorf("%s, stage %d: %d checkpoints, %d bytes, %v; want %d, %d", test.preset, test.stage, n, got, err, test.count, want)
		}
	}
}
