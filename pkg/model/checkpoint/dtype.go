package checkpoint

import (
	"fmt"
	"math"
)

// DType is an element type, by its name in safetensors.
type DType string

// The element types whose values are read; all but F64 are written, too.
const (
	F64  DType = "F64"
	F32  DType = "F32"
	F16  DType = "F16"
	BF16 DType = "BF16"
	I64  DType = "I64"
	I32  DType = "I32"
)

// sizes has the types of whole bytes that safetensors knows: a file may hold
// tensors of any of them beside the model's.
var sizes = map[DType]int{
	F64: 8, F32: 4, F16: 2, BF16: 2, I64: 8, I32: 4,
	"C64": 8, "U64": 8, "U32": 4, "U16": 2, "I16": 2, "U8": 1, "I8": 1, "BOOL": 1, "F8_E5M2": 1, "F8_E4M3": 1, "F8_E8M0": 1,
}

// Size returns the number of bytes of an element, 0 for a type that is not known.
func (d DType) Size() int { return sizes[d] }

// Float reports whether Float32s reads the type.
func (d DType) Float() bool { return d == F64 || d == F32 || d == F16 || d == BF16 }

// ParseDType reads a type as the command line names it, of those that weights
// are saved in.
func ParseDType(name string) (DType, error) {
	switch name {
	case "f32", "float32":
		return F32, nil
	case "bf16", "bfloat16":
		return BF16, nil
	case "f16", "float16":
		return F16, nil
	}
	return "", fmt.Errorf("dtype %q is none of f32, bf16, f16", name)
}

// torch returns the type's name in config.json.
func (d DType) torch() string {
	return map[DType]string{F32: "float32", BF16: "bfloat16", F16: "float16"}[d]
}

// toBF16 rounds to the nearest bfloat16, ties to even, as torch does. compute's
// own bfloat16 makes an infinity of some NaNs, its float16 rounds small numbers'
// ties up.
func toBF16(x float32) uint16 {
	bits := math.Float32bits(x)
	if x != x {
		return 0x7fc0 | uint16(bits>>16)&0x8000
	}
	return uint16((bits + 0x7fff + bits>>16&1) >> 16)
}

// toF16 rounds to the nearest binary16, ties to even; what is too great is
// infinite.
func toF16(x float32) uint16 {
	bits := math.Float32bits(x)
	sign := uint16(bits >> 16 & 0x8000)
	bits &= 0x7fffffff
	switch {
	case bits > 0x7f800000:
		return sign | 0x7e00
	case bits >= 0x477ff000: // 65520: halfway to 2^16
		return sign | 0x7c00
	case bits < 0x38800000: // below 2^-14: subnormal, in units of 2^-24
		return sign | uint16(math.RoundToEven(float64(math.Float32frombits(bits))*(1<<24)))
	}
	bits += 0xfff + bits>>13&1
	return sign | uint16((bits-0x38000000)>>13)
}
