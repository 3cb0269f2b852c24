// Package input reads files from outside this program: regular files of bounded
// size that are no git-lfs pointers, names that stay within their folder, and JSON
// whose names match exactly.
//
// encoding/json matches names without regard to case and keeps the last of two
// equal ones, so that {"label": 1, "Label": 2} reads as 2. [Decode] is
// github.com/go-json-experiment/json, the published form of Go's encoding/json/v2,
// which does neither; that package becomes the standard library's when a
// release of Go has it without GOEXPERIMENT.
package input
