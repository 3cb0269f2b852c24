// Package miracl makes the paper's retrieval task from MIRACL (Zhang et al.,
// 2023) in its published form: of each topic with two positive passages or
// more, the first answers for the query, the second for the passage to be
// found (spec: the authors' zeroshot_retrieval.py). The topic's question and
// the passages' titles are not used.
//
// The published form is a file of topics (lines ID TAB question), one of
// relevance judgements (ID TAB Q0 TAB passage TAB 0 or 1), and the passages as
// JSON lines {"docid": "ARTICLE#PARAGRAPH", "title", "text"} in several files.
package miracl
