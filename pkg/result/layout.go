package result

import (
	"bytes"
	"strings"
)

// lineWidth is the greatest length of a JSON value on one line.
const lineWidth = 160

// layout indents compact JSON so that people and diffs can read it: values
// that fit stand on one line, long lists of numbers are filled line by line.
// (json.Indent would give every one of 4,000 distances a line of its own.)
func layout(compact []byte) []byte {
	var out bytes.Buffer
	write(&out, string(compact), 0)
	out.WriteByte('\n')
	return out.Bytes()
}

func write(out *bytes.Buffer, value string, depth int) {
	if (value[0] != '{' && value[0] != '[') || len(value) <= lineWidth-2*depth {
		out.WriteString(value)
		return
	}
	parts := split(value[1 : len(value)-1])
	indent := "\n" + strings.Repeat("  ", depth+1)
	out.WriteByte(value[0])
	column := lineWidth // forces a line break before the first part
	for i, part := range parts {
		if i > 0 {
			out.WriteByte(',')
		}
		scalar := value[0] == '[' && part[0] != '{' && part[0] != '['
		if scalar && column+len(part) < lineWidth {
			out.WriteByte(' ')
			column += len(part) + 2
		} else {
			out.WriteString(indent)
			column = 2*depth + 2 + len(part)
		}
		if key := keyLength(value[0], part); key > 0 {
			out.WriteString(part[:key] + " ")
			part = part[key:]
		}
		write(out, part, depth+1)
	}
	out.WriteString("\n" + strings.Repeat("  ", depth))
	out.WriteByte(value[len(value)-1])
}

// keyLength returns the length of `"key":` at the start of an object's member.
func keyLength(open byte, member string) int {
	if open != '{' {
		return 0
	}
	return stringLength(member) + 1
}

// stringLength returns the length of the JSON string at the start of s.
func stringLength(s string) int {
	for i := 1; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case '"':
			return i + 1
		}
	}
	return len(s)
}

// split cuts the inside of an object or list at its own commas.
func split(inside string) []string {
	var parts []string
	start, depth := 0, 0
	for i := 0; i < len(inside); i++ {
		switch inside[i] {
		case '"':
			i += stringLength(inside[i:]) - 1
		case '{', '[':
			depth++
		case '}', ']':
			depth--
		case ',':
			if depth == 0 {
				parts = append(parts, inside[start:i])
				start = i + 1
			}
		}
	}
	return append(parts, inside[start:])
}
