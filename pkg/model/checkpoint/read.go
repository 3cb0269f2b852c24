package checkpoint

import (
	"encoding/binary"
	"fmt"
	"math"
	"runtime"
	"unsafe"

	"github.com/gomlx/compute/dtypes/bfloat16"
	"github.com/gomlx/compute/dtypes/float16"

	"golang.org/x/sync/errgroup"
)

// little is the byte order of safetensors.
var little = binary.LittleEndian

// Float32s reads a tensor of F64, F32, F16 or BF16, row-major. Large tensors
// are read and converted on all cores.
func (f *File) Float32s(name string) ([]float32, error) {
	info, err := f.find(name)
	if err != nil {
		return nil, err
	}
	if !info.DType.Float() {
		return nil, fmt.Errorf("%s: tensor %q is %s, floating-point numbers are expected", f.path, name, info.DType)
	}
	out := make([]float32, info.Len())
	return out, parallel(len(out), func(from, to int) error { return f.readFloats(out[from:to], info, from) })
}

// readFloats fills out with a tensor's elements from the one at from on.
func (f *File) readFloats(out []float32, info Info, from int) error {
	size := info.DType.Size()
	if info.DType == F32 { // the backends run on little-endian machines alone
		bytes := unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(out))), 4*len(out))
		return f.readAt(bytes, info, from*size)
	}
	const piece = 1 << 16
	raw := make([]byte, min(piece, len(out))*size)
	for len(out) > 0 {
		n := min(piece, len(out))
		if err := f.readAt(raw[:n*size], info, from*size); err != nil {
			return err
		}
		toFloat32s(out[:n], raw, info.DType)
		out, from = out[n:], from+n
	}
	return nil
}

// Int64s reads a tensor of I64 or I32, row-major.
func (f *File) Int64s(name string) ([]int64, error) {
	info, err := f.find(name)
	if err != nil {
		return nil, err
	}
	if info.DType != I64 && info.DType != I32 {
		return nil, fmt.Errorf("%s: tensor %q is %s, whole numbers are expected", f.path, name, info.DType)
	}
	raw := make([]byte, info.end-info.begin)
	if err := f.readAt(raw, info, 0); err != nil {
		return nil, err
	}
	out := make([]int64, info.Len())
	for i := range out {
		if info.DType == I64 {
			out[i] = int64(little.Uint64(raw[8*i:]))
		} else {
			out[i] = int64(int32(little.Uint32(raw[4*i:])))
		}
	}
	return out, nil
}

// toFloat32s converts raw elements of dtype to float32.
func toFloat32s(out []float32, raw []byte, dtype DType) {
	switch dtype {
	case F64:
		for i := range out {
			out[i] = float32(math.Float64frombits(little.Uint64(raw[8*i : 8*i+8])))
		}
	case BF16:
		for i := range out {
			out[i] = bfloat16.FromBits(little.Uint16(raw[2*i : 2*i+2])).Float32()
		}
	case F16:
		for i := range out {
			out[i] = float16.FromBits(little.Uint16(raw[2*i : 2*i+2])).Float32()
		}
	}
}

// parallel cuts [0, n) into a range a core; short work stays in one piece.
func parallel(n int, work func(from, to int) error) error {
	const least = 1 << 18
	pieces := min(runtime.GOMAXPROCS(0), max(1, n/least))
	var group errgroup.Group
	for p := range pieces {
		group.Go(func() error { return work(n*p/pieces, n*(p+1)/pieces) })
	}
	return group.Wait()
}

// notFinite returns the index of the first NaN or infinity, -1 where there is
// none.
func notFinite(x []float32) int {
	for i, v := range x {
		if v-v != 0 { // NaN for both
			return i
		}
	}
	return -1
}
