package figure

import (
	"fmt"
	"math"
	"math/rand/v2"

	"llmjp.internal/modernbert/pkg/result"
)

func sampleCurve() *result.TrainingCurve {
	c := &result.TrainingCurve{}
	for s, n := range []int{400, 150} {
		st := result.Stage{Stage: s + 1, TotalSteps: n, MaxLength: 128 << s, Unigram: &result.Unigram{Loss: 7.2 + 0.4*float64(s), Accuracy: 0.06}}
		for i := 0; i <= n; i += 25 {
			e := result.Evaluation{Step: i, Loss: 5 + 6*math.Exp(-float64(i+s*400)/100), Accuracy: 0.25 - 0.25*math.Exp(-float64(i+s*400)/100)}
			r, m := 0.3+0.1*math.Exp(-float64(i)/100), 0.2+0.1*math.Exp(-float64(i)/100)
			e.Recall10, e.MRR10 = &r, &m
			st.Evaluations = append(st.Evaluations, e)
		}
		for i := 1; i <= n; i += 2 {
			st.Training = append(st.Training, result.TrainingLoss{Step: i, Loss: 5 + 6*math.Exp(-float64(i+s*400)/100) + 0.1*math.Sin(float64(i*i))})
		}
		c.Stages = append(c.Stages, st)
	}
	return c
}

func samplePerplexity(level float64) *result.PseudoPerplexity {
	r := rand.New(rand.NewPCG(1, 2))
	p := &result.PseudoPerplexity{Positions: 100, Bins: result.PaperBins(), Wanted: 100}
	for k, name := range []string{"stage 1, 500k", "stage 2, 200k", "modernbert-ja-130m"} {
		m := result.ModelScores{Checkpoint: result.Checkpoint{Name: name}}
		for _, b := range p.Bins {
			for i := range 100 {
				l := b.Above + 3 + r.IntN(b.To-b.Above-3)
				m.Documents = append(m.Documents, result.DocumentScore{ID: fmt.Sprint(i), Length: l, PPPL: level * (1 + float64(l)/8192*float64(2-k)) * math.Exp(0.5*r.NormFloat64())})
			}
		}
		p.Models = append(p.Models, m)
	}
	return p
}

func sampleAlignment() *result.AlignmentUniformity {
	a := &result.AlignmentUniformity{Pairs: 1, Texts: 1}
	xy := [][2]float64{{-2.6, 0.5}, {-1.0, 0.25}, {-0.3, 0.12}, {-0.6, 0.16}, {-0.5, 0.15}, {-0.55, 0.14}}
	for i, s := range []int{0, 4000, 15000, 100000, 300000, 500000} {
		a.Checkpoints = append(a.Checkpoints, result.EmbeddingScore{Checkpoint: result.Checkpoint{Stage: 1, Step: s}, Uniformity: xy[i][0], Alignment: xy[i][1]})
	}
	a.Checkpoints = append(a.Checkpoints, result.EmbeddingScore{Checkpoint: result.Checkpoint{Stage: 2, Step: 200000}, Uniformity: -0.33, Alignment: 0.1})
	for i := range a.Checkpoints[1:] { // step 0 has none
		a.Checkpoints[i+1].IsoScore = new(0.1 + 0.02*float64(i))
	}
	a.Baselines = append(a.Baselines, result.EmbeddingScore{Checkpoint: result.Checkpoint{Name: "ruri-large-v2"}, Uniformity: -1.5, Alignment: 0.24})
	return a
}

func sampleSimilarity() *result.Similarity {
	r := rand.New(rand.NewPCG(3, 4))
	s := &result.Similarity{}
	for i, n := range []int{0, 4000, 15000, 100000, 400000, 200000} {
		m := result.PairDistances{Checkpoint: result.Checkpoint{Stage: 1 + i/5, Step: n}}
		for range 1746 {
			m.Positive = append(m.Positive, float32(math.Min(4, 0.1*math.Exp(0.5*r.NormFloat64())+0.1/float64(i+1))))
		}
		for range 2000 {
			m.Random = append(m.Random, float32(math.Min(4, 0.2*math.Exp(0.4*r.NormFloat64())+0.8/float64(i+1))))
		}
		s.Models = append(s.Models, m)
	}
	return s
}

func sampleJGLUE() *result.JGLUE {
	j := &result.JGLUE{}
	for i, n := range []int{0, 4000, 15000, 50000, 500000, 200000} {
		m := result.JGLUEModel{Checkpoint: result.Checkpoint{Stage: 1 + i/5, Step: n}, Parameters: 187494646}
		j.Models = append(j.Models, m)
		for k, task := range result.Tasks {
			j.Misjudged = append(j.Misjudged, result.Misjudgement{Model: m.Label(), Task: task, Sentence1: "猫がいる_。", Label: "neutral", Prediction: "entailment", Error: 0.9},
				result.Misjudgement{Model: m.Label(), Task: task, Sentence1: "犬がいる。", Sentence2: "犬|猫", Label: "5.00", Prediction: "1.00", Error: 0.8})
			if k > 0 { // the first task was not measured
				j.Selections = append(j.Selections, result.Selection{Model: m.Label(), Task: task, Runs: 72, Splits: 500, Chosen: 0.8, HeldOut: 0.79})
			}
			for a, lr := range []float64{5e-6, 1e-5, 2e-5, 3e-5, 5e-5, 1e-4} {
				for b, e := range []int{1, 2, 3, 4, 5, 10} {
					for seed := range 2 {
						j.Runs = append(j.Runs, result.FineTuneRun{Model: m.Label(), Task: task, LR: lr, Epochs: e, Seed: uint64(seed), Metric: "accuracy", Score: 0.9 - 0.2*math.Exp(-float64(i)) - 0.01*float64((a-2)*(a-2)+(b-3)*(b-3)) - 0.02*float64(k) - 0.004*float64(seed)})
					}
				}
			}
		}
	}
	return j
}

func sampleBench() *result.Bench {
	b := &result.Bench{Machine: result.Machine{Name: "2 cores", Peak: map[string]float64{"float32": 1.6e11}}}
	for _, task := range []string{"train", "forward"} {
		for k, program := range []string{"ours", "transformers-sdpa", "openvino"} {
			if program == "openvino" && task == "train" {
				continue
			}
			for l := 512; l <= 8192; l *= 2 {
				v := 1400 / (1 + float64(l*k)/8192) * map[string]float64{"train": 1, "forward": 3}[task]
				b.Rows = append(b.Rows, result.BenchRow{Task: task, Program: program, Compute: "float32", Layers: 4, Hidden: 768, Batch: 8192 / l, Length: l, Rates: []float64{v, v * 0.95, v * 1.03}, PeakMemory: int64(l) << 20 * int64(k+1)})
			}
		}
	}
	return b
}

func sampleBars() (*Figure, error) {
	return Bars(Labels{Name: "bars", Title: "Where the parameters sit", X: "Parameters"}, []string{"embeddings", "▁注意 attention", "MLP"}, []float64{76e6, 52e6, 58e6})
}

// sampleMatrix returns a matrix whose names need room.
func sampleMatrix() (*Figure, error) {
	rows := []string{"京都には多くの寺がある。", "古都の神社と寺院を訪ねる。", "列車は東京駅を出発した。", "新幹線は名古屋に停車する。", "猫が縁側で寝ている。"}
	m := make([][]float64, len(rows))
	for i := range m {
		for k := range m {
			m[i] = append(m[i], math.Cos(float64(i-k)))
		}
	}
	return Matrix(Labels{Name: "matrix", Title: "文の埋め込みのコサイン: cosines of the embeddings of five sentences of which two speak of temples, two of trains and one of a cat"}, m, rows, rows)
}

// sampleNegative returns bars on both sides of 0.
func sampleNegative() (*Figure, error) {
	return Bars(Labels{Name: "negative", Title: "Change", X: "Points"}, []string{"JSTS", "JNLI", "JCoLA"}, []float64{1.5, -2.25, 0})
}

// sampleScatter returns two groups of named points, two of them close together.
func sampleScatter() (*Figure, error) {
	return Scatter(Labels{Name: "scatter", Title: "Embeddings", X: "First component", Y: "Second component"},
		Point{0, 0, "猫が縁側で寝ている。", "animals"}, Point{0.02, 0.01, "犬が庭で寝ている。", "animals"}, Point{1, 1, "列車", "trains"}, Point{0.9, 0.2, "新幹線", "trains"}, Point{0.5, 0.5, "", "trains"})
}

// sampleBeside joins a local layer's mask beside lines with a gap.
func sampleBeside() (*Figure, error) {
	m := make([][]float64, 300)
	for i := range m {
		m[i] = make([]float64, 300)
		for k := max(0, i-64); k <= min(299, i+64); k++ {
			m[i][k] = 1
		}
	}
	a, err := Matrix(Labels{Name: "mask", Title: "A local layer's mask", X: "Key", Y: "Query"}, m, nil, nil)
	if err != nil {
		return nil, err
	}
	b, err := Lines(Labels{Name: "lines", Title: "正弦 Sines", X: "x", Y: "y"},
		Line{Name: "sin", X: []float64{0, 1, 2, 3}, Y: []float64{0, 0.84, 0.9, 0.14}, Marks: true},
		Line{Name: "cos 余弦", X: []float64{0, 1, 2, 3}, Y: []float64{1, 0.54, math.NaN(), -0.98}, Dashed: true, Marks: true})
	if err != nil {
		return nil, err
	}
	return Beside("beside", a, b)
}

func sampleFillMask() *result.FillMask {
	guess := func(words ...string) []result.Guess {
		var out []result.Guess
		for i, w := range words {
			out = append(out, result.Guess{ID: int32(i), Token: w, Score: 0.5 / float64(i+1)})
		}
		return out
	}
	return &result.FillMask{
		Provenance: result.Provenance{Preset: "tiny", Data: []result.Data{{Name: "Wikipedia paragraphs"}}, Notes: []string{"100 % trained here & there_"}},
		Models:     []result.Checkpoint{{Stage: 1, Step: 0}, {Stage: 1, Step: 200}, {Stage: 2, Step: 100}}, // the first has no column of its own
		Sentences: []result.Gap{
			{Number: 1, Sentence: "日本の首都は{}であり、多くの観光名所や企業が集まる日本の政治・経済・文化の中心地です。", Expected: []string{"東京"}, Tokens: []int{1, 1, 1}, Answers: [][]result.Guess{guess("を"), guess("の", "東京"), guess("東京", "京都")}},
			{Number: 30, Sentence: "1年は{}ヶ月です。", Expected: []string{"12"}, Tokens: []int{2, 2, 2}, Answers: [][]result.Guess{guess("を"), guess("3"), guess("|*_")}},
			{Number: 33, Sentence: "英語で「ありがとう」は{}と言います。", Answers: [][]result.Guess{guess("を"), guess("、"), guess("サンキュー")}},
		},
	}
}

func sampleRetrieval() *result.Retrieval {
	return &result.Retrieval{Task: "Wikipedia pairs, valid", N: 830, Rows: []result.RetrievalRow{{Checkpoint: result.Checkpoint{Stage: 2, Step: 100}, Recall10: 0.4, MRR10: 0.2}}}
}
