// The program modernbert: see scripts/modernbert.
package main

import "llmjp.internal/modernbert/pkg/cli"

func main() { cli.Main() }
