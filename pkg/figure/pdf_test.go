package figure

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// A PDF embeds its fonts, its text can be read back, Japanese too, and the
// same figure gives the same bytes. What needs poppler's programs is skipped
// where they are not installed.
func TestPDF(t *testing.T) {
	f, err := sampleMatrix()
	if err != nil {
		t.Fatal(err)
	}
	content, err := f.PDF()
	if err != nil {
		t.Fatal(err)
	}
	again, err := f.PDF()
	if err != nil || !bytes.Equal(content, again) {
		t.Errorf("two PDFs of the same figure differ (%v)", err)
	}
	for _, date := range []string{"/CreationDate (D:19700101", "/ModDate (D:19700101"} {
		if !bytes.Contains(content, []byte(date)) {
			t.Errorf("no %s): a PDF of tomorrow would differ", date)
		}
	}
	if n := len(content); n > 100_000 {
		t.Errorf("the PDF has %d bytes: are whole fonts in it?", n)
	}
	path := filepath.Join(t.TempDir(), "f.pdf")
	if err := os.WriteFile(path, content, 0o644); err != nil {
		t.Fatal(err)
	}
	for _, program := range []string{"pdffonts", "pdftotext"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Skip(program + " (Debian's poppler-utils) is not installed")
		}
	}
	fonts, err := exec.Command("pdffonts", path).CombinedOutput()
	if err != nil {
		t.Fatalf("pdffonts: %v\n%s", err, fonts)
	}
	lines := strings.Split(strings.TrimSpace(string(fonts)), "\n")
	if len(lines) != 4 {
		t.Errorf("want a regular and a bold font:\n%s", fonts)
	}
	for _, line := range lines[2:] {
		// fpdf embeds the letters used, but does not mark the name as a subset's
		if f := strings.Fields(line); len(f) != 9 || f[2] != "TrueType" || f[4] != "yes" || f[6] != "yes" {
			t.Errorf("not embedded, or without Unicode: %s", line)
		}
	}
	words, err := exec.Command("pdftotext", "-layout", path, "-").CombinedOutput()
	if err != nil {
		t.Fatalf("pdftotext: %v\n%s", err, words)
	}
	for _, want := range []string{"文の埋め込みのコサイン", "cosines of the", "猫が縁側で寝ている。", "−0.42"} {
		if !strings.Contains(string(words), want) {
			t.Errorf("%q is not in the text of the PDF:\n%s", want, words)
		}
	}
}
