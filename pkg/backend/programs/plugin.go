package programs

// #cgo LDFLAGS: -ldl
// #include <stdlib.h>
// #include "plugin.h"
import "C"

import (
	"errors"
	"fmt"
	"sync/atomic"
	"time"
	"unsafe"

	"github.com/gomlx/go-xla/pjrt"
)

var (
	registered atomic.Bool
	store      atomic.Pointer[Store] // nil: nothing is kept
	watcher    atomic.Pointer[func() (done func())]
)

// Register loads a plugin for the CPU, and go-xla from then on takes the plugin of
// this path from here, with programs kept in the store; a nil store keeps none. A
// process can register one plugin.
func Register(path string, s *Store) error {
	if !registered.CompareAndSwap(false, true) {
		return errors.New("a plugin is registered already")
	}
	name := C.CString(path)
	defer C.free(unsafe.Pointer(name))
	var failed *C.char
	table := C.programs_interpose(name, &failed)
	if table == nil {
		return fmt.Errorf("plugin %s: %s", path, C.GoString(failed))
	}
	store.Store(s)
	return pjrt.RegisterPreloadedPlugin(path, uintptr(table))
}

// OnCompile makes begin the function that is called where XLA begins to compile a
// program; what it returns is called when the program is compiled.
func OnCompile(begin func() (done func())) { watcher.Store(&begin) }

// Compiling calls the function that OnCompile was told of, if there is one.
func Compiling() (done func()) {
	if begin := watcher.Load(); begin != nil {
		return (*begin)()
	}
	return func() {}
}

// programsCompile stands in the place of the plugin's PJRT_Client_Compile.
//
//export programsCompile
func programsCompile(args *C.pjrt_compile) *C.PJRT_Error {
	s := store.Load()
	if s == nil {
		return compile(args)
	}
	program := args.program
	key := s.key(view(args.options, args.options_size), view(program.format, program.format_size), view(program.code, program.code_size))
	if kept, ok := s.read(key); ok {
		if args.executable = C.programs_load(args.client, (*C.char)(unsafe.Pointer(unsafe.SliceData(kept))), C.size_t(len(kept))); args.executable != nil {
			return nil
		}
	}
	began := time.Now()
	if err := compile(args); err != nil {
		return err
	}
	if time.Since(began) < s.worth {
		return nil
	}
	var size C.size_t
	if bytes := C.programs_serialize(args.executable, &size); bytes != nil {
		defer C.free(unsafe.Pointer(bytes))
		_ = s.write(key, view(bytes, size)) // where it cannot be kept, the next process compiles again
	}
	return nil
}

// compile lets XLA compile.
func compile(args *C.pjrt_compile) *C.PJRT_Error {
	defer Compiling()()
	return C.programs_compile(args)
}

// view returns C's bytes without a copy.
func view(bytes *C.char, size C.size_t) []byte {
	return unsafe.Slice((*byte)(unsafe.Pointer(bytes)), int(size))
}
