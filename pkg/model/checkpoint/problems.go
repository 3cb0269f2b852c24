package checkpoint

import (
	"fmt"
	"strings"
)

// problems collects all errors of a file, for one error.
type problems struct {
	path                                     string
	missing, unexpected, misshapen, mistyped []string
	hint                                     string // the way out
}

// any reports whether there is a problem.
func (p *problems) any() bool {
	return len(p.missing)+len(p.unexpected)+len(p.misshapen)+len(p.mistyped) > 0
}

// err returns all problems as one error, nil for none.
func (p *problems) err() error {
	var parts []string
	for _, kind := range []struct {
		what  string
		names []string
	}{
		{"missing", p.missing}, {"unexpected", p.unexpected},
		{"not as described", p.misshapen}, {"not floating-point", p.mistyped},
	} {
		if len(kind.names) > 0 {
			parts = append(parts, fmt.Sprintf("%d %s: %s", len(kind.names), kind.what, abridge(kind.names)))
		}
	}
	if len(parts) == 0 {
		return nil
	}
	message := fmt.Sprintf("%s: its tensors do not fit %s: %s", p.path, ConfigFile, strings.Join(parts, "; "))
	if p.hint != "" {
		message += "; " + p.hint
	}
	return fmt.Errorf("%s", message)
}

// abridge lists names, of many the first ones.
func abridge(names []string) string {
	const most = 12
	if len(names) <= most {
		return strings.Join(names, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(names[:most], ", "), len(names)-most)
}
