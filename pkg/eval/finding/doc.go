// Package finding says what results show: the summaries that figures and
// tables draw, and sentences beside what the paper says.
//
// A sentence never judges from a sign alone. Where the result holds what a
// number was measured on, the sentence has the number's 95 % confidence
// interval, and two numbers are called different only where chance at that
// size does not explain the difference; elsewhere it states the numbers and
// leaves the judgement to the reader. Whether our runs do what the paper says
// is asked over several runs, in package claims.
package finding

import (
	"fmt"

	"llmjp.internal/modernbert/pkg/result"
)

// Of returns the sentences on a result. It panics on a kind that it does not
// know, which a test excludes.
func Of(r result.Result) []string {
	switch r := r.(type) {
	case *result.TrainingCurve:
		return curve(r)
	case *result.JGLUE:
		return jglue(r)
	case *result.FillMask:
		return fillMask(r)
	case *result.PseudoPerplexity:
		return pseudoPerplexity(r)
	case *result.AlignmentUniformity:
		return alignmentUniformity(r)
	case *result.Similarity:
		return similarity(r)
	case *result.Retrieval:
		return retrieval(r)
	case *result.Claims:
		return claimed(r)
	case *result.Bench:
		return bench(r)
	}
	panic(fmt.Sprintf("finding: no sentences on a %T", r))
}
