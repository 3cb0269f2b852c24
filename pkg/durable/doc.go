// Package durable writes files and directories whole or not at all: under a
// temporary name beside the target, synced to the disk, then renamed. A crash
// leaves what was there before, and at most a name that begins with a dot and
// ends in .tmp.
package durable
