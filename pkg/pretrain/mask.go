package pretrain

import (
	"math/rand/v2"
	"slices"

	"llmjp.internal/modernbert/pkg/text"
)

// ignored is the label of a position that does not count, as in torch.
const ignored = -100

// A masker chooses the tokens to predict, as transformers'
// DataCollatorForLanguageModeling does: each position but those of special
// tokens with probability rate. Of the chosen, 80 % become the mask token, 10 %
// a random token of the vocabulary, 10 % stay.
//
// Special tokens are the first and the last, which the template adds, and those
// that a text spells out, such as <EOD|LLM-jp>. (The authors' script spares the
// template's only; the two differ in texts about tokenizers.) An unknown token
// stands for a word and is not special.
type masker struct {
	rate   float64
	token  int32 // the mask token
	vocab  int
	seed   uint64
	spared []int32 // special tokens wherever they stand
}

func newMasker(s Settings, tok text.Tokenizer) masker {
	special := tok.Special()
	spared := slices.DeleteFunc(slices.Clone(special.All), func(id int32) bool { return id == special.Unknown })
	return masker{rate: s.MaskRate, token: special.Mask, vocab: tok.VocabSize(), seed: s.Seed, spared: spared}
}

// Streams of random numbers. Training draws new masks at each step; validation
// always draws the same.
const (
	trainingMasks   uint64 = 0x6d61736b << 32
	validationMasks uint64 = 0x76616c69 << 32
)

// mask masks a row in place and returns its labels: the original id where a
// token was chosen, -100 elsewhere. The draw depends only on seed, stream, step
// and the row's number.
func (m masker) mask(ids []int32, stream uint64, step, row int) (labels []int32) {
	random := rand.New(rand.NewPCG(m.seed^stream, uint64(step)<<24^uint64(row)))
	labels = make([]int32, len(ids))
	for i := range ids {
		labels[i] = ignored
		if i == 0 || i == len(ids)-1 || random.Float64() >= m.rate || slices.Contains(m.spared, ids[i]) {
			continue
		}
		labels[i] = ids[i]
		switch x := random.Float64(); {
		case x < 0.8:
			ids[i] = m.token
		case x < 0.9:
			ids[i] = int32(random.IntN(m.vocab))
		}
	}
	return labels
}
