// Package memory keeps the large blocks of memory that XLA takes from the C
// library, for the next execution of a program: a caching allocator, as torch
// has for GPUs.
//
// A training step takes and frees some gigabytes, the same sizes at every step.
// glibc's allocator serves that badly. What is larger than its threshold is
// mapped anew each time, and the system clears it, page after page: up to half
// of a small step. What it keeps it rarely gives again: it looks for room for
// the block and its alignment, where the hole that the last step's block left
// has room for the block alone, so that the heap grows to twice what is in use.
//
// Importing the package (package backend does) puts posix_memalign and free of
// the program in front of the C library's, for XLA's plugin, too, which is
// loaded later. Blocks of 1 MiB and more come from one mapping, are placed in
// the smallest hole that holds them, and are never given back to the system:
// what a process has once needed it keeps. All else is the C library's as
// before. It is in effect on Linux with glibc and cgo; elsewhere, and where so
// much address space is not to be had, nothing changes.
//
// The numbers are in package bench's docs.
package memory
