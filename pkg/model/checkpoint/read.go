package checkpoint

import (
	"encoding/binary"
	"fmt"
	"math"
	"runtime"
	"sync"
)

// Float32s reads a tensor of F32, F16 or BF16, row-major. Large tensors are
// converted on all cores.
func (f *File) Float32s(name string) ([]float32, error) {
	info, raw, err := f.raw(name)
	if err != nil {
		return nil, err
	}
	if !info.DType.Float() {
		return nil, fmt.Errorf("%s: tensor %q is %s, floating-point numbers are expected", f.path, name, info.DType)
	}
	out := make([]float32, info.Len())
	size := info.DType.Size()
	parallel(len(out), func(from, to int) {
		toFloat32s(out[from:to], raw[from*size:to*size], info.DType)
	})
	return out, nil
}

// Int64s reads a tensor of I64 or I32, row-major.
func (f *File) Int64s(name string) ([]int64, error) {
	info, raw, err := f.raw(name)
	if err != nil {
		return nil, err
	}
	if info.DType != I64 && info.DType != I32 {
		return nil, fmt.Errorf("%s: tensor %q is %s, whole numbers are expected", f.path, name, info.DType)
	}
	out := make([]int64, info.Len())
	for i := range out {
		if info.DType == I64 {
			out[i] = int64(binary.LittleEndian.Uint64(raw[8*i:]))
		} else {
			out[i] = int64(int32(binary.LittleEndian.Uint32(raw[4*i:])))
		}
	}
	return out, nil
}

func toFloat32s(out []float32, raw []byte, dtype DType) {
	switch dtype {
	case F32:
		for i := range out {
			out[i] = math.Float32frombits(binary.LittleEndian.Uint32(raw[4*i : 4*i+4]))
		}
	case BF16:
		for i := range out {
			out[i] = fromBF16(binary.LittleEndian.Uint16(raw[2*i : 2*i+2]))
		}
	case F16:
		for i := range out {
			out[i] = fromF16(binary.LittleEndian.Uint16(raw[2*i : 2*i+2]))
		}
	}
}

// parallel cuts [0, n) into a range a core; short work stays in one piece.
func parallel(n int, work func(from, to int)) {
	const least = 1 << 18
	pieces := min(runtime.GOMAXPROCS(0), max(1, n/least))
	var group sync.WaitGroup
	for p := range pieces {
		group.Go(func() { work(n*p/pieces, n*(p+1)/pieces) })
	}
	group.Wait()
}
