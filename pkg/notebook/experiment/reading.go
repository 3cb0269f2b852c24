package experiment

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/gomlx/gomlx/core/graph"

	"llmjp.internal/modernbert/pkg/encoder"
	"llmjp.internal/modernbert/pkg/hub"
	"llmjp.internal/modernbert/pkg/model"
	"llmjp.internal/modernbert/pkg/model/modernbert"
	"llmjp.internal/modernbert/pkg/model/nn"
)

// A Reading is a sentence with the model that reads it, for the lesson that computes
// attention and loss by hand. It computes by the plain operations of package nn.
type Reading struct {
	Config *modernbert.Config
	Row    encoder.Row
	Tokens []string // the vocabulary's pieces, special tokens included

	encoder *encoder.Encoder
	mask    int32
}

// plain selects the operations that the lesson shows.
var plain = model.Options{Plain: true}

// Read loads the masked language model of [Model] and tokenizes a sentence for it.
// Close frees the model.
func Read(ctx context.Context, sentence string) (*Reading, error) {
	m, err := Model()
	if err != nil {
		return nil, err
	}
	dir, err := hub.Resolve(ctx, m.Ref)
	if err != nil {
		return nil, err
	}
	e, err := encoder.Load(ctx, dir, model.MaskedLM, encoder.Options{})
	if err != nil {
		return nil, err
	}
	r, err := read(e, sentence)
	if err != nil {
		e.Close()
		return nil, fmt.Errorf("%s: %w", m.Ref, err)
	}
	return r, nil
}

// read tokenizes a sentence for a model, which stays the caller's on an error.
func read(e *encoder.Encoder, sentence string) (*Reading, error) {
	config, ok := e.Arch.(*modernbert.Config)
	if !ok {
		return nil, fmt.Errorf("it is a %s; this notebook is about modernbert", e.Arch.Type())
	}
	tok, err := e.Tokenizer()
	if err != nil {
		return nil, err
	}
	row, _, err := e.EncodeText(sentence, 0)
	if err != nil {
		return nil, err
	}
	if err := e.Check(row); err != nil {
		return nil, err
	}
	r := &Reading{Config: config, Row: row, encoder: e, mask: tok.Special().Mask}
	for _, id := range row.IDs {
		r.Tokens = append(r.Tokens, tok.Token(id))
	}
	if r.mask < 0 {
		return nil, errors.New("its tokenizer has no mask token")
	}
	return r, nil
}

// Close frees the model.
func (r *Reading) Close() { r.encoder.Close() }

// Position returns the position of the first token that contains a piece of text.
func (r *Reading) Position(piece string) (int, error) {
	at := slices.IndexFunc(r.Tokens, func(token string) bool { return strings.Contains(token, piece) })
	if at < 0 {
		return 0, fmt.Errorf("none of the tokens %s contains %q", strings.Join(r.Tokens, " "), piece)
	}
	return at, nil
}

// A Head holds one head's queries and keys, [tokens][headDim] each, as attention
// multiplies them: rotated, and the queries divided by √headDim.
type Head struct{ Q, K [][]float64 }

// Head returns the queries and keys of one of a layer's heads.
func (r *Reading) Head(layer, head int) (Head, error) {
	if err := r.check(layer, head); err != nil {
		return Head{}, err
	}
	out, err := r.encoder.Graph(r.Row, func(w model.Weights, in model.Inputs) []*graph.Node {
		q, k := r.Config.QueriesKeys(w, in, layer, plain)
		return []*graph.Node{oneHead(q, head), oneHead(k, head)}
	})
	if err != nil {
		return Head{}, err
	}
	return Head{r.byToken(out[0]), r.byToken(out[1])}, nil
}

// Weights returns one head's attention weights by nn.PlainWeights: [query][key].
func (r *Reading) Weights(layer, head int) ([][]float64, error) {
	if err := r.check(layer, head); err != nil {
		return nil, err
	}
	window := -1
	if !r.Config.Global(layer) {
		window = r.Config.Window()
	}
	out, err := r.encoder.Graph(r.Row, func(w model.Weights, in model.Inputs) []*graph.Node {
		q, k := r.Config.QueriesKeys(w, in, layer, plain)
		allowed := nn.Allowed(in.Lengths, len(r.Tokens), window)
		return []*graph.Node{oneHead(nn.PlainWeights(q, k, allowed), head)}
	})
	if err != nil {
		return nil, err
	}
	return r.byToken(out[0]), nil
}

// Scores returns the model's scores of the vocabulary at a position whose token is
// masked.
func (r *Reading) Scores(position int) ([]float64, error) {
	out, err := r.encoder.Graph(r.masked(position), func(w model.Weights, in model.Inputs) []*graph.Node {
		return []*graph.Node{nn.Scores(r.decoder(w, in, position))}
	})
	if err != nil {
		return nil, err
	}
	return widen(out[0]), nil
}

// Loss returns the loss, in nats, that the program computes at a position whose token
// is masked: by the fast operations, as pretraining does.
func (r *Reading) Loss(ctx context.Context, position int) (float64, error) {
	loss, err := r.encoder.Losses(ctx, []encoder.Row{r.masked(position)}, [][]int{{position}}, [][]int32{{r.Row.IDs[position]}})
	if err != nil {
		return 0, err
	}
	return loss[0][0], nil
}

// A Part is a part of the model with the norm of its gradient.
type Part struct {
	Name string
	Norm float64
}

// A Step holds what one step of gradient descent did: the probability of the masked
// token before and after it, and the norm of each part's gradient.
type Step struct {
	Before, After float64
	Parts         []Part
}

// Step makes one step, w - rate·gradient, on the loss of one masked token. The model
// itself stays as it is.
func (r *Reading) Step(position int, rate float64) (Step, error) {
	var parts []Part
	params := r.Config.Params(model.MaskedLM)
	out, err := r.encoder.Graph(r.masked(position), func(w model.Weights, in model.Inputs) []*graph.Node {
		label := graph.Const(in.IDs.Graph(), []int32{r.Row.IDs[position]})
		loss := func(w model.Weights) *graph.Node {
			return graph.ReduceAllSum(nn.CrossEntropy(nn.Scores(r.decoder(w, in, position)), label))
		}
		weights, moved := make([]*graph.Node, len(params)), model.Weights{}
		for i, p := range params {
			weights[i] = w.Get(p.Name)
		}
		first := loss(w)
		parts = nil
		squares := map[string]*graph.Node{}
		for i, g := range graph.Gradient(first, weights...) {
			name := params[i].Name
			moved[name] = graph.Sub(weights[i], graph.MulScalar(g, rate))
			square := graph.ReduceAllSum(graph.Square(g))
			if part := partOf(name); squares[part] == nil {
				squares[part], parts = square, append(parts, Part{Name: part})
			} else {
				squares[part] = graph.Add(squares[part], square)
			}
		}
		outputs := []*graph.Node{first, loss(moved)}
		for _, p := range parts {
			outputs = append(outputs, graph.Sqrt(squares[p.Name]))
		}
		return outputs
	})
	if err != nil {
		return Step{}, err
	}
	for i := range parts {
		parts[i].Norm = float64(out[2+i][0])
	}
	return Step{math.Exp(-float64(out[0][0])), math.Exp(-float64(out[1][0])), parts}, nil
}

// partOf names the part of the model that a weight belongs to: the embeddings, one
// layer's attention or MLP, or the head.
func partOf(weight string) string {
	var layer int
	if n, _ := fmt.Sscanf(weight, "model.layers.%d.", &layer); n == 1 {
		if strings.Contains(weight, ".mlp") {
			return fmt.Sprintf("layer %d, MLP", layer)
		}
		return fmt.Sprintf("layer %d, attention", layer)
	}
	if strings.HasPrefix(weight, "model.embeddings.") {
		return "embeddings"
	}
	return "final norm and head"
}

// decoder builds the masked-language-model head at one position.
func (r *Reading) decoder(w model.Weights, in model.Inputs, position int) model.Decoder {
	hidden := r.Config.Hidden(w, in, plain)
	last := graph.Squeeze(hidden[len(hidden)-1], 0) // [tokens, hidden]
	return r.Config.MaskedLM(w, graph.SliceAxis(last, 0, graph.AxisElem(position)), plain)
}

// masked returns the row with the mask token at a position.
func (r *Reading) masked(position int) encoder.Row {
	row := encoder.Row{IDs: slices.Clone(r.Row.IDs)}
	row.IDs[position] = r.mask
	return row
}

// check refuses a layer or a head that the model does not have.
func (r *Reading) check(layer, head int) error {
	if layer < 0 || layer >= r.Config.Layers || head < 0 || head >= r.Config.Heads {
		return fmt.Errorf("layer %d, head %d: the model has layers 0 to %d with heads 0 to %d", layer, head, r.Config.Layers-1, r.Config.Heads-1)
	}
	return nil
}

// oneHead returns one head of x [1, heads, …].
func oneHead(x *graph.Node, head int) *graph.Node {
	return graph.Squeeze(graph.Slice(x, graph.AxisElem(0), graph.AxisElem(head)), 0, 1)
}

// byToken cuts values into one row a token.
func (r *Reading) byToken(values []float32) [][]float64 {
	var rows [][]float64
	for row := range slices.Chunk(values, len(values)/len(r.Tokens)) {
		rows = append(rows, widen(row))
	}
	return rows
}

// widen converts values to float64.
func widen(values []float32) []float64 {
	out := make([]float64, len(values))
	for i, x := range values {
		out[i] = float64(x)
	}
	return out
}
