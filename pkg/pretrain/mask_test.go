package pretrain

import (
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"

	"llmjp.internal/modernbert/pkg/text"
)

// 30 % of the tokens are chosen, of them 80 % become the mask token, 10 % a
// random one, 10 % stay; never the first and the last.
func TestMaskRates(t *testing.T) {
	m := masker{rate: 0.3, token: 3, vocab: 1000, seed: 42}
	const rows, length, original = 400, 502, 500
	var chosen, masked, kept, random float64
	for row := range rows {
		ids := make([]int32, length)
		for i := range ids {
			ids[i] = original
		}
		labels := m.mask(ids, trainingMasks, 1, row)
		if labels[0] != ignored || labels[length-1] != ignored || ids[0] != original || ids[length-1] != original {
			t.Fatal("a special token was chosen")
		}
		for i, label := range labels {
			switch {
			case label == ignored && ids[i] != original:
				t.Fatalf("position %d has no label and was changed", i)
			case label == ignored:
				continue
			case label != original:
				t.Fatalf("label %d, the token was %d", label, original)
			}
			chosen++
			switch ids[i] {
			case 3:
				masked++
			case original:
				kept++
			default:
				random++
			}
		}
	}
	n := float64(rows * (length - 2))
	rate(t, "chosen", chosen, n, 0.3)
	rate(t, "masked", masked, chosen, 0.8+0.1/1000)
	rate(t, "kept", kept, chosen, 0.1+0.1/1000)
	rate(t, "random", random, chosen, 0.1*998/1000)
}

// Special tokens that a text spells out are never chosen; unknown words are.
func TestMaskSparesSpecialTokens(t *testing.T) {
	tok, err := text.Open(projectPath(t, "data", "tokenizer"))
	if err != nil {
		t.Fatal(err)
	}
	ids := make([]int32, 3000)
	for i := range ids {
		ids[i] = []int32{0, 3, 4, 7, 5, 6, 400}[i%7] // <unk>, then <MASK>, <PAD>, <EOD>, <CLS>, <SEP>, a piece
	}
	chosen := map[int32]bool{}
	for _, label := range newMasker(settings(t), tok).mask(ids, trainingMasks, 1, 0) {
		chosen[label] = true
	}
	if diff := cmp.Diff(map[int32]bool{ignored: true, 0: true, 400: true}, chosen); diff != "" {
		t.Error(diff)
	}
}

// rate compares a share with a probability, by five standard deviations.
func rate(t *testing.T, what string, k, n, p float64) {
	t.Helper()
	if math.Abs(k/n-p) > 5*math.Sqrt(p*(1-p)/n) {
		t.Errorf("%s: %.4f, want %.4f", what, k/n, p)
	}
}

// Masks are new at each step, for each row and seed, and else the same.
func TestMaskStreams(t *testing.T) {
	draw := func(seed, stream uint64, step, row int) []int32 {
		ids := make([]int32, 100)
		return masker{rate: 0.3, token: 3, vocab: 10, seed: seed}.mask(ids, stream, step, row)
	}
	first := draw(1, trainingMasks, 5, 2)
	if diff := cmp.Diff(first, draw(1, trainingMasks, 5, 2)); diff != "" {
		t.Error(diff)
	}
	for name, other := range map[string][]int32{
		"step": draw(1, trainingMasks, 6, 2), "row": draw(1, trainingMasks, 5, 3),
		"seed": draw(2, trainingMasks, 5, 2), "stream": draw(1, validationMasks, 5, 2),
	} {
		if cmp.Equal(first, other) {
			t.Errorf("another %s gives the same masks", name)
		}
	}
}
