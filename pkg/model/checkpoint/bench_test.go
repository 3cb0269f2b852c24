package checkpoint

import (
	"path/filepath"
	"testing"

	"llmjp.internal/modernbert/pkg/model"
	"llmjp.internal/modernbert/pkg/model/modernbert"
)

// BenchmarkLoadBase reads llm-jp-modernbert's 187 million weights from
// bfloat16, 375 MB, into float32.
func BenchmarkLoadBase(b *testing.B) {
	arch := modernbert.Base()
	values := model.Values{}
	for _, p := range arch.Params(model.MaskedLM) {
		x := make([]float32, p.Size())
		for i := range x {
			x[i] = float32(i%251) - 125
		}
		values[p.Name] = x
	}
	dir := filepath.Join(b.TempDir(), "model")
	if err := Save(dir, arch, model.MaskedLM, values, Extra{DType: BF16}); err != nil {
		b.Fatal(err)
	}
	values = nil
	for b.Loop() {
		c, err := Open(dir)
		if err != nil {
			b.Fatal(err)
		}
		values, err := c.Load(model.MaskedLM)
		if err != nil {
			b.Fatal(err)
		}
		b.SetBytes(int64(2 * model.Count(arch.Params(model.MaskedLM))))
		clear(values)
	}
}
