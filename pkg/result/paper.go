package result

// The numbers that the paper (arXiv 2504.15544) prints or that can be read off
// its figures, to stand beside ours. They are here and nowhere else.

// PaperModel is the released model's name in the paper's tables.
const PaperModel = "llm-jp-modernbert-base"

// A PaperJGLUE is a row of the paper's Table 2, in percent.
type PaperJGLUE struct {
	Checkpoint
	Parameters        string
	JSTS, JNLI, JCoLA float64
	Average           float64 // as printed
}

func baseline(name string) Checkpoint { return Checkpoint{Name: name} }

// PaperTable2 returns the paper's Table 2: Pearson for JSTS, accuracy for the
// others, the best of 36 runs on the validation split.
func PaperTable2() []PaperJGLUE {
	return []PaperJGLUE{
		{baseline("bert-base-japanese-v3"), "111M", 92.0, 91.2, 88.0, 90.4},
		{baseline("modernbert-ja-130m"), "132M", 91.6, 92.7, 86.8, 90.4},
		{baseline("modernbert-ja-310m"), "315M", 93.2, 93.3, 88.3, 91.6},
		{Checkpoint{Stage: 1, Step: 4_000}, "187M", 77.7, 68.4, 83.9, 76.7},
		{Checkpoint{Stage: 1, Step: 15_000}, "187M", 90.5, 89.0, 84.3, 87.9},
		{Checkpoint{Stage: 1, Step: 50_000}, "187M", 92.1, 92.0, 86.2, 90.1},
		{Checkpoint{Stage: 1, Step: 100_000}, "187M", 92.1, 91.8, 86.1, 90.0},
		{Checkpoint{Stage: 1, Step: 200_000}, "187M", 92.0, 92.7, 85.0, 89.9},
		{Checkpoint{Stage: 1, Step: 300_000}, "187M", 92.0, 91.9, 85.2, 89.7},
		{Checkpoint{Stage: 1, Step: 400_000}, "187M", 92.1, 92.0, 85.5, 89.9},
		{Checkpoint{Stage: 1, Step: 500_000}, "187M", 92.1, 92.0, 84.5, 89.5},
		{Checkpoint{Stage: 2, Step: 200_000}, "187M", 91.8, 91.3, 84.4, 89.2},
	}
}

// A PaperAnswer is a row of the paper's Table 3: the top answer of each model.
type PaperAnswer struct {
	Number                    int // of the sentence in the authors' script, from 1
	BERT, ModernBERTJa, LLMJP string
}

// PaperTable3 returns the paper's Table 3. Its models are bert-base-japanese-v3,
// modernbert-ja-130m and llm-jp-modernbert-base.
func PaperTable3() []PaperAnswer {
	return []PaperAnswer{
		{13, "現在", "富士山", "エベレスト"},
		{17, "これ", "明治維新", "COVID-19"},
		{20, "川", "利根川", "長江"},
		{30, "3", "6", "12"},
		{33, "ありがとう", "サンキュー", "サンキュー"},
		{56, "100", "7", "365"},
	}
}

// PaperRetrievalN is the number of queries and of passages in the paper's
// retrieval task, made from the MIRACL-ja training split.
const PaperRetrievalN = 1746

// PaperTable4 returns the paper's Table 4 (Appendix B), and below it the
// released model's scores in the authors' README.
func PaperTable4() []RetrievalRow {
	return []RetrievalRow{
		{baseline("ruri-large-v2"), 0.987, 0.872},
		{baseline("bert-base-japanese-v3"), 0.740, 0.529},
		{baseline("modernbert-ja-130m"), 0.506, 0.334},
		{baseline("edit distance"), 0.289, 0.198},
		{baseline("Jaccard distance"), 0.031, 0.021},
		{baseline(PaperModel + " (README)"), 0.574, 0.389},
	}
}

// PaperRetrieval returns the row of that name in PaperTable4.
func PaperRetrieval(name string) RetrievalRow {
	for _, row := range PaperTable4() {
		if row.Name == name {
			return row
		}
	}
	panic("PaperTable4 has no " + name)
}

// PaperFigure3 returns the baselines' points, read by eye from the authors'
// images. No point of the paper's own model is published.
func PaperFigure3() []EmbeddingScore {
	return []EmbeddingScore{
		{Checkpoint: baseline("ruri-large-v2"), Alignment: 0.229, Uniformity: -1.41},
		{Checkpoint: baseline("bert-base-japanese-v3"), Alignment: 0.099, Uniformity: -0.80},
		{Checkpoint: baseline("modernbert-ja-130m"), Alignment: 0.088, Uniformity: -0.31},
	}
}

// A PaperBand is the range of the dense cloud of Figure 2 for documents of From
// to To tokens.
type PaperBand struct {
	From, To  int
	Low, High float64 // pseudo-perplexity
}

// PaperFigure2 returns the released model's cloud in Figure 2, read by eye.
func PaperFigure2() []PaperBand {
	return []PaperBand{
		{0, 1000, 2, 4},
		{1000, 2500, 2.5, 5},
		{4000, 6000, 3, 6.5},
		{6000, 8192, 3, 8},
	}
}

// PaperFigure4 are the released model's modes in Figure 4 (squared distance),
// read by eye.
const (
	PaperFigure4Random   = 0.19
	PaperFigure4Positive = 0.09
)

// PaperPPPLMax is the end of the vertical axis of Figure 2.
const PaperPPPLMax = 20
