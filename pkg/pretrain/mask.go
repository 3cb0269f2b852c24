package pretrain

import "math/rand/v2"

// ignored is the label of a position that does not count, as in torch.
const ignored = -100

// masker chooses the tokens to be guessed, as transformers'
// DataCollatorForLanguageModeling does: each position but the first and the
// last (the template's special tokens) with probability rate; of the chosen,
// 80 % become the mask token, 10 % a random token of the vocabulary, 10 % stay.
type masker struct {
	rate  float64
	token int32 // the mask token
	vocab int
	seed  uint64
}

// Streams of random numbers: training masks are new at each step, those of
// validation are always the same.
const (
	trainingMasks   uint64 = 0x6d61736b << 32
	validationMasks uint64 = 0x76616c69 << 32
)

// mask masks a row in place and returns its labels: the original id where a
// token was chosen, -100 elsewhere. The draw depends on (seed, stream, step,
// number of the row) alone.
func (m masker) mask(ids []int32, stream uint64, step, row int) (labels []int32) {
	random := rand.New(rand.NewPCG(m.seed^stream, uint64(step)<<24^uint64(row)))
	labels = make([]int32, len(ids))
	for i := range ids {
		labels[i] = ignored
		if i == 0 || i == len(ids)-1 || random.Float64() >= m.rate {
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
