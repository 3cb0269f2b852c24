package pretrain

import (
	"math"

	"llmjp.internal/modernbert/pkg/corpus"
	"llmjp.internal/modernbert/pkg/result"
)

// countedTokens is the number of training tokens that unigram counts. More would
// not change the frequencies.
const countedTokens = 1 << 26

// unigram computes the baseline that a model has to beat: the loss and accuracy
// on the validation labels of the training text's token frequencies, smoothed by
// adding one to each token's count. It returns nil if nothing is masked.
func unigram(c *corpus.Corpus, vocab int, labels [][]int32) (*result.Unigram, error) {
	counts := make([]float64, vocab)
	total := 0
	for i := 0; i < c.Len() && total < countedTokens; i++ {
		tokens, err := c.Doc(i)
		if err != nil {
			return nil, err
		}
		for _, token := range tokens {
			counts[token]++
		}
		total += len(tokens)
	}
	frequent := 0
	for token, n := range counts {
		if n > counts[frequent] {
			frequent = token
		}
	}
	var u result.Unigram
	masked := 0
	for _, row := range labels {
		for _, label := range row {
			if label == ignored {
				continue
			}
			masked++
			u.Loss -= math.Log((counts[label] + 1) / float64(total+vocab))
			if int(label) == frequent {
				u.Accuracy++
			}
		}
	}
	if masked == 0 {
		return nil, nil
	}
	u.Loss /= float64(masked)
	u.Accuracy /= float64(masked)
	return &u, nil
}
