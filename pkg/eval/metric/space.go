package metric

import (
	"strings"
	"unicode"
)

// Space tells whether Python's str.split and str.strip take r for white space:
// Unicode's white space and the four separators U+001C to U+001F.
func Space(r rune) bool { return unicode.IsSpace(r) || r >= 0x1c && r <= 0x1f }

// Strip removes white space from both ends, as Python's str.strip.
func Strip(text string) string { return strings.TrimFunc(text, Space) }

// Words returns the pieces between white space, as Python's str.split.
func Words(text string) []string { return strings.FieldsFunc(text, Space) }

// Chars returns the code points.
func Chars(text string) []string { return strings.Split(text, "") }
