package nn

import "testing"

func TestScoreBlocks(t *testing.T) {
	for _, rows := range []int{1, 12, 13, 96, 768} {
		for _, seq := range []int{1, 7, 128, 512, 1000, 4096, 4097, 8192, 32768} {
			b := scoreBlocks(rows, seq, mostScores)
			if b.group*b.groups() != rows || b.pieces()*b.size < seq || b.length != seq {
				t.Errorf("%d x %d: %+v does not cover it", rows, seq, b)
			}
			if scores := b.group * b.size * seq; scores > mostScores {
				t.Errorf("%d x %d: %+v holds %d scores", rows, seq, b, scores)
			}
			if rows*seq*seq <= mostScores && b.groups()*b.pieces() > 1 {
				t.Errorf("%d x %d: %+v, though all fit", rows, seq, b)
			}
		}
	}
}
