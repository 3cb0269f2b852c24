package pretrain

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"math"

	"llmjp.internal/modernbert/pkg/model"
)

// origin is what a run comes from beside its settings, as digests: a resumed
// run must come from the same.
type origin struct {
	Corpus string `json:"corpus_digest"` // of every token and the tokenizer
	Config string `json:"config_digest"` // of the model's config.json
	// Start is of the weights of --init; "" where they are drawn from the seed.
	Start string `json:"start_digest,omitempty"`
}

// conflict says what keeps a run from o from going on as one from old, "" if
// nothing does.
func (o origin) conflict(old origin) string {
	switch {
	case o.Start == "" && old.Start != "":
		return "it is a run that started from a model, which --init has to name again"
	case o.Config != old.Config:
		return "it is a run of another model, its config.json differs"
	case o.Corpus != old.Corpus:
		return "it is a run on another text or with another tokenizer"
	case o.Start != old.Start:
		return "it is a run that started from other weights than --init gives"
	}
	return ""
}

// comes computes where the run comes from.
func (r *run) comes() (o origin, err error) {
	config, err := r.arch.ConfigJSON(model.MaskedLM)
	if err != nil {
		return o, err
	}
	sum := sha256.Sum256(config)
	o.Corpus, o.Config = r.corpus.Digest(), hex.EncodeToString(sum[:])
	if r.opt.Init != "" {
		o.Start = digestWeights(r.params, r.start)
	}
	return o, nil
}

// digestWeights is the SHA-256 of all weights in the order of the params.
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
