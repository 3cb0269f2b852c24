package text

import (
	"golang.org/x/text/cases"
	"golang.org/x/text/language"
	"golang.org/x/text/unicode/norm"
)

// nfkc is Python's unicodedata.normalize("NFKC", text).
func nfkc(text string) string {
	return norm.NFKC.String(text)
}

// lowercase is Python's str.lower: İ becomes two characters, and a capital
// sigma at a word's end the final one.
func lowercase(text string) string {
	return cases.Lower(language.Und).String(text)
}
