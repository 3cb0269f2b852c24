// Package project finds the project's own files from wherever a command or a
// notebook runs.
package project

import (
	"bufio"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// Module is the path in the project's go.mod.
const Module = "llmjp.internal/modernbert"

// Root returns the project's folder: MODERNBERT_ROOT where it is set, else the
// nearest folder from the working directory upwards whose go.mod is the
// project's.
func Root() (string, error) {
	if dir := os.Getenv("MODERNBERT_ROOT"); dir != "" {
		if !ours(dir) {
			return "", fmt.Errorf("MODERNBERT_ROOT is %s, which has no go.mod of %s", dir, Module)
		}
		return filepath.Abs(dir)
	}
	start, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for dir := start; ; dir = filepath.Dir(dir) {
		if ours(dir) {
			return dir, nil
		}
		if dir == filepath.Dir(dir) {
			return "", fmt.Errorf("%s is not inside the project: no go.mod of %s above it; set MODERNBERT_ROOT", start, Module)
		}
	}
}

// Path joins a path in the project, such as Path("data", "tokenizer").
func Path(elements ...string) (string, error) {
	root, err := Root()
	if err != nil {
		return "", err
	}
	return filepath.Join(append([]string{root}, elements...)...), nil
}

func ours(dir string) bool {
	f, err := os.Open(filepath.Join(dir, "go.mod"))
	if err != nil {
		return false
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		if name, ok := strings.CutPrefix(strings.TrimSpace(lines.Text()), "module "); ok {
			return strings.TrimSpace(name) == Module
		}
	}
	return false
}
