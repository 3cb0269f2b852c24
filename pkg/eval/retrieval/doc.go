// Package retrieval is the paper's zero-shot retrieval (Table 4, Figure 1,
// Appendix B): of two passages that belong together the one is the query, the
// other has to be found among all queries' partners.
//
//	task, err := retrieval.Open("data/retrieval/pairs.jsonl", "data/retrieval/texts.jsonl.gz")
//	scores, _, err := task.Model(ctx, encoder, sentence.Options{})
//	fmt.Println(scores.Recall10, scores.MRR10)
package retrieval
