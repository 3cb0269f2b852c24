package text

import (
	"fmt"
	"math"
	"unicode/utf8"

	"google.golang.org/protobuf/encoding/protowire"
)

// spPiece is a piece of a SentencePiece model.
type spPiece struct {
	text  string
	score float32
	kind  uint64
}

// The kinds of pieces that a Unigram model with byte fallback has.
const (
	spNormal  = 1
	spUnknown = 2
	spControl = 3
	spByte    = 6
)

// readSentencePiece reads the pieces of a SentencePiece model (a ModelProto of
// sentencepiece_model.proto): a Unigram model that normalizes nothing and puts
// a space before the text.
func readSentencePiece(data []byte) ([]spPiece, error) {
	var pieces []spPiece
	err := eachField(data, func(number protowire.Number, value uint64, message []byte) error {
		switch number {
		case 1: // pieces
			piece, err := readPiece(message)
			if err != nil {
				return fmt.Errorf("piece %d: %w", len(pieces), err)
			}
			pieces = append(pieces, piece)
		case 2: // trainer_spec
			return eachField(message, func(number protowire.Number, value uint64, _ []byte) error {
				if number == 3 && value != 1 {
					return fmt.Errorf("trainer_spec.model_type is %d, 1 (Unigram) is supported", value)
				}
				return nil
			})
		case 3: // normalizer_spec
			return eachField(message, checkNormalizer)
		}
		return nil
	})
	if err == nil && len(pieces) == 0 {
		err = fmt.Errorf("it holds no pieces")
	}
	if err != nil {
		return nil, fmt.Errorf("the SentencePiece model cannot be converted: %w", err)
	}
	return pieces, nil
}

func checkNormalizer(number protowire.Number, value uint64, message []byte) error {
	switch {
	case number == 2 && len(message) > 0:
		return fmt.Errorf("normalizer_spec.precompiled_charsmap is set, the identity is supported")
	case number == 3 && value == 0:
		return fmt.Errorf("normalizer_spec.add_dummy_prefix is false, true is supported")
	case number == 4 && value != 0:
		return fmt.Errorf("normalizer_spec.remove_extra_whitespaces is true, false is supported")
	case number == 5 && value == 0:
		return fmt.Errorf("normalizer_spec.escape_whitespaces is false, true is supported")
	}
	return nil
}

func readPiece(data []byte) (spPiece, error) {
	p := spPiece{kind: spNormal}
	err := eachField(data, func(number protowire.Number, value uint64, message []byte) error {
		switch number {
		case 1:
			p.text = string(message)
			if !utf8.ValidString(p.text) {
				return fmt.Errorf("%q is not valid UTF-8", p.text)
			}
		case 2:
			p.score = math.Float32frombits(uint32(value))
		case 3:
			p.kind = value
		}
		return nil
	})
	return p, err
}

// eachField calls f with each field of a protobuf message: the value of a
// number, or the bytes of a field with a length.
func eachField(data []byte, f func(number protowire.Number, value uint64, message []byte) error) error {
	for size := len(data); len(data) > 0; {
		number, kind, n := protowire.ConsumeTag(data)
		if n < 0 {
			return fmt.Errorf("byte %d: %w", size-len(data), protowire.ParseError(n))
		}
		data = data[n:]
		var value uint64
		var message []byte
		switch kind {
		case protowire.VarintType:
			value, n = protowire.ConsumeVarint(data)
		case protowire.Fixed32Type:
			var v uint32
			v, n = protowire.ConsumeFixed32(data)
			value = uint64(v)
		case protowire.Fixed64Type:
			value, n = protowire.ConsumeFixed64(data)
		case protowire.BytesType:
			message, n = protowire.ConsumeBytes(data)
		default:
			n = protowire.ConsumeFieldValue(number, kind, data)
		}
		if n < 0 {
			return fmt.Errorf("byte %d: %w", size-len(data), protowire.ParseError(n))
		}
		data = data[n:]
		if err := f(number, value, message); err != nil {
			return err
		}
	}
	return nil
}
