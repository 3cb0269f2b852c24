package pretrain

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"math"

	"llmjp.internal/modernbert/pkg/model"
	"llmjp.internal/modernbert/pkg/run"
)

// modelOrigin computes the digests of the model and weights that the run
// starts from.
func (s *session) modelOrigin() (o run.Origin, err error) {
	config, err := s.arch.ConfigJSON(model.MaskedLM)
	if err != nil {
		return o, err
	}
	sum := sha256.Sum256(config)
	o.Config = hex.EncodeToString(sum[:])
	if s.opt.Init != "" {
		o.Start = digestWeights(s.params, s.start)
	}
	return o, nil
}

// digestWeights returns the SHA-256 of all names and weights in the order of
// the params.
func digestWeights(params []model.Param, values model.Values) string {
	h := sha256.New()
	buffer := make([]byte, 0, 1<<16)
	for _, p := range params {
		h.Write(append([]byte(p.Name), 0))
		for _, x := range values[p.Name] {
			buffer = binary.LittleEndian.AppendUint32(buffer, math.Float32bits(x))
			if len(buffer) == cap(buffer) {
				h.Write(buffer)
				buffer = buffer[:0]
			}
		}
		h.Write(buffer)
		buffer = buffer[:0]
	}
	return hex.EncodeToString(h.Sum(nil))
}
