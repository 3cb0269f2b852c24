//go:build cgo

package memory

// #include "blocks.h"
// #include <malloc.h>
// #include <stdlib.h>
import "C"

import "unsafe"

// Held is how many bytes of large blocks are in use, and how many the process
// holds for them. Both are 0 where the package is not in effect.
func Held() (inUse, held int64) {
	var a, b C.size_t
	C.memory_held(&a, &b)
	return int64(a), int64(b)
}

// What follows is for the tests, which cannot call C themselves.

// aligned takes a block as XLA does; nil where there is none.
func aligned(alignment, bytes int) unsafe.Pointer {
	var p unsafe.Pointer
	if C.posix_memalign(&p, C.size_t(alignment), C.size_t(bytes)) != 0 {
		return nil
	}
	return p
}

func works() bool { return C.memory_works() != 0 }

func free(p unsafe.Pointer) { C.free(p) }

func realloc(p unsafe.Pointer, bytes int) unsafe.Pointer { return C.realloc(p, C.size_t(bytes)) }

func usable(p unsafe.Pointer) int { return int(C.malloc_usable_size(p)) }
