package doctor

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/image/font/sfnt"

	"llmjp.internal/modernbert/pkg/durable"
	"llmjp.internal/modernbert/pkg/figure/font"
	"llmjp.internal/modernbert/pkg/hub"
	"llmjp.internal/modernbert/pkg/model"
	"llmjp.internal/modernbert/pkg/model/checkpoint"
	"llmjp.internal/modernbert/pkg/text"
)

// tokenizers opens the project's tokenizer with the library in this program.
func (m Machine) tokenizers(context.Context) Finding {
	const part = "tokenizers"
	library := filepath.Join(m.Root, ".local", "lib", "libtokenizers.a")
	if _, err := os.Stat(library); err != nil {
		return Finding{part, Missing, err.Error(), "run scripts/setup"}
	}
	tok, err := text.Open(filepath.Join(m.Root, "data", "tokenizer"))
	if err != nil {
		return Finding{part, Broken, err.Error(), "git checkout data/tokenizer"}
	}
	return Finding{Part: part, State: OK, Found: fmt.Sprintf("libtokenizers.a; data/tokenizer has %d pieces", tok.VocabSize())}
}

// fonts checks that the figures' font in the program has Japanese.
func (m Machine) fonts(context.Context) Finding {
	f, err := sfnt.Parse(font.Regular)
	if err != nil {
		return Finding{"fonts", Broken, err.Error(), "git checkout pkg/figure/font"}
	}
	if glyph, err := f.GlyphIndex(nil, '語'); err != nil || glyph == 0 {
		return Finding{"fonts", Broken, "the figures' font has no Japanese", "git checkout pkg/figure/font"}
	}
	return Finding{Part: "fonts", State: OK, Found: fmt.Sprintf("Noto Sans JP in the program, %d glyphs", f.NumGlyphs())}
}

// data compares the committed data with its digests.
func (m Machine) data(context.Context) Finding {
	dir := filepath.Join(m.Root, "data")
	sums, err := os.Open(filepath.Join(dir, "SHA256SUMS"))
	if err != nil {
		return Finding{"data", Missing, err.Error(), "git checkout data"}
	}
	defer sums.Close()
	n, bad := 0, []string{}
	for lines := bufio.NewScanner(sums); lines.Scan(); n++ {
		want, name, _ := strings.Cut(lines.Text(), "  ")
		if got, err := durable.SHA256(filepath.Join(dir, name)); err != nil || got != want {
			bad = append(bad, name)
		}
	}
	if len(bad) > 0 || n == 0 {
		return Finding{"data", Broken, fmt.Sprintf("%d of %d files are not as in data/SHA256SUMS: %s", len(bad), n, strings.Join(bad, ", ")), "git checkout data"}
	}
	return Finding{Part: "data", State: OK, Found: fmt.Sprintf("%d files as in data/SHA256SUMS", n)}
}

// model reads the description of the trained model that comes with the project.
// Its digest is one of those that data compares.
func (m Machine) model(context.Context) Finding {
	const part, name = "model", "data/models/small"
	c, err := checkpoint.Open(filepath.Join(m.Root, name))
	if err != nil {
		return Finding{part, Broken, err.Error(), "git checkout " + name}
	}
	n := model.Count(c.Arch.Params(c.Head))
	return Finding{Part: part, State: OK, Found: fmt.Sprintf("%s, a %s of %.1f million parameters in %s", name, c.Arch.Type(), float64(n)/1e6, c.DType)}
}

// hub names the folder of the hub's cache and counts the models in it.
func (m Machine) hub(context.Context) Finding {
	client, err := hub.FromEnvironment()
	if err != nil {
		return Finding{"hub", Broken, err.Error(), "correct the environment"}
	}
	entries, err := os.ReadDir(client.Cache)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return Finding{"hub", Broken, err.Error(), "correct HF_HOME or HF_HUB_CACHE"}
	}
	models := 0
	for _, entry := range entries {
		if strings.HasPrefix(entry.Name(), "models--") {
			models++
		}
	}
	found := fmt.Sprintf("%s, %d models in %s", client.Endpoint, models, client.Cache)
	if client.Offline {
		found = fmt.Sprintf("offline, %d models in %s", models, client.Cache)
	}
	return Finding{Part: "hub", State: OK, Found: found}
}
