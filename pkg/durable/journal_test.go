package durable

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"
)

func TestJournal(t *testing.T) {
	path := filepath.Join(t.TempDir(), "journal")
	open := func(header string) (*Journal, error) { return OpenJournal(path, map[string]string{"work": header}) }
	j, err := open("a")
	if err != nil {
		t.Fatal(err)
	}
	if err := j.Append(1, "zwei"); err != nil {
		t.Fatal(err)
	}
	if _, err := open("a"); err == nil {
		t.Error("two hold the journal")
	}
	j.Close()
	// A crash in the middle of a row.
	if f, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0); err != nil {
		t.Fatal(err)
	} else if _, err := f.WriteString(`{"cut": `); err != nil {
		t.Fatal(err)
	} else {
		f.Close()
	}
	if j, err = open("a"); err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprintf("%s", j.Rows()); got != `[1 "zwei"]` {
		t.Errorf("rows %s", got)
	}
	if err := j.Append(3); err != nil {
		t.Fatal(err)
	}
	j.Close()
	if _, err := open("b"); !errors.Is(err, ErrOtherWork) {
		t.Errorf("other work: %v", err)
	}
	if j, err = open("a"); err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprintf("%s", j.Rows()); got != `[1 "zwei" 3]` {
		t.Errorf("rows %s", got)
	}
	if err := j.Remove(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(path); !errors.Is(err, os.ErrNotExist) {
		t.Error("the journal is still there")
	}
}
