package models

import (
	"context"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"llmjp.internal/modernbert/pkg/encoder"
	"llmjp.internal/modernbert/pkg/model"
	"llmjp.internal/modernbert/pkg/result"
)

func TestEach(t *testing.T) {
	const testdata = "../testdata/"
	list, err := List(testdata+"modernbert", testdata+"bert", testdata+"modernbert", testdata+"modernbert")
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	var seen []*encoder.Encoder
	err = Each(context.Background(), list, model.Body, encoder.Options{}, func(m Model, e *encoder.Encoder) error {
		names, seen = append(names, e.Name), append(seen, e)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{testdata + "modernbert", testdata + "bert", testdata + "modernbert", testdata + "modernbert"}, names); diff != "" {
		t.Error(diff)
	}
	if seen[0] == seen[1] || seen[1] == seen[2] || seen[2] != seen[3] {
		t.Error("the encoder is to change with the architecture, and only then")
	}
	missing := []Model{{result.Checkpoint{Name: "gone"}, filepath.Join(t.TempDir(), "gone")}}
	err = Each(context.Background(), missing, model.Body, encoder.Options{}, nil)
	if err == nil || !strings.HasPrefix(err.Error(), "gone: ") {
		t.Errorf("%v", err)
	}
}
