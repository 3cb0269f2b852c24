package figure

import (
	"bytes"
	"flag"
	"image"
	"image/color"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var regen = flag.Bool("regen", false, "write the golden images again")

// figures returns all drawings, of small made-up results.
func figures(t *testing.T) []*Figure {
	var out []*Figure
	add := func(name string, f *Figure, err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		f.Name = name
		out = append(out, f)
	}
	curve, err := TrainingCurve(sampleCurve())
	add("training-curve", curve, err)
	f, err := PseudoPerplexity(samplePerplexity(4))
	add("pseudo-perplexity", f, err)
	f, err = PseudoPerplexity(samplePerplexity(300))
	add("pseudo-perplexity-log", f, err)
	f, err = LengthHistogram(samplePerplexity(4))
	add("length-histogram", f, err)
	f, err = AlignmentUniformity(sampleAlignment())
	add("alignment-uniformity", f, err)
	f, err = AlignmentZoom(sampleAlignment())
	add("alignment-zoom", f, err)
	f, err = Similarity(sampleSimilarity())
	add("similarity", f, err)
	f, err = SimilarityZoom(sampleSimilarity())
	add("similarity-zoom", f, err)
	f, err = JGLUESteps(sampleJGLUE())
	add("jglue-steps", f, err)
	f, err = JGLUESweep(sampleJGLUE(), "stage 2, 200k")
	add("jglue-sweep", f, err)
	f, err = Claims(sampleClaims())
	add("claims", f, err)
	f, err = Plateau(sampleClaims())
	add("plateau", f, err)
	f, err = SecondStages(sampleSecondStages())
	add("stage2-lengths", f, err)
	f, err = Speed(sampleBench(), ByLength)
	add("speed-length", f, err)
	f, err = sampleBars()
	add("bars", f, err)
	f, err = sampleBeside()
	add("beside", f, err)
	f, err = sampleMatrix()
	add("matrix", f, err)
	f, err = sampleNegative()
	add("negative", f, err)
	f, err = sampleScatter()
	add("scatter", f, err)
	f, err = LiveCurve(sampleCurve(), 300)
	add("live", f, err)
	return out
}

// TestGolden compares every figure with testdata/NAME.png. After a wanted
// change run it with -regen and look at the new images.
func TestGolden(t *testing.T) {
	for _, f := range figures(t) {
		t.Run(f.Name, func(t *testing.T) {
			got, err := f.PNG(1)
			if err != nil {
				t.Fatal(err)
			}
			golden := filepath.Join("testdata", f.Name+".png")
			if *regen {
				if err := os.WriteFile(golden, got, 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatalf("%v; make it with go test ./pkg/figure -run TestGolden -regen", err)
			}
			share, picture := difference(t, want, got)
			if share <= 1e-4 {
				return
			}
			failed := filepath.Join("testdata", "failed")
			_ = os.MkdirAll(failed, 0o755)
			var diff bytes.Buffer
			_ = png.Encode(&diff, picture)
			_ = os.WriteFile(filepath.Join(failed, f.Name+".png"), got, 0o644)
			_ = os.WriteFile(filepath.Join(failed, f.Name+"-difference.png"), diff.Bytes(), 0o644)
			t.Errorf("%.3f %% of the pixels differ from %s: look at %s/%s-difference.png (red: differs)", 100*share, golden, failed, f.Name)
		})
	}
}

// difference returns the share of pixels that differ visibly, and a picture:
// equal pixels in grey, others in red.
func difference(t *testing.T, a, b []byte) (float64, image.Image) {
	t.Helper()
	x, err := png.Decode(bytes.NewReader(a))
	if err != nil {
		t.Fatal(err)
	}
	y, err := png.Decode(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	all := x.Bounds().Union(y.Bounds())
	picture := image.NewNRGBA(all)
	differ := 0
	for i := all.Min.X; i < all.Max.X; i++ {
		for k := all.Min.Y; k < all.Max.Y; k++ {
			p, q := image.Pt(i, k).In(x.Bounds()), image.Pt(i, k).In(y.Bounds())
			u, v := color.GrayModel.Convert(x.At(i, k)).(color.Gray).Y, color.GrayModel.Convert(y.At(i, k)).(color.Gray).Y
			if p && q && near(x.At(i, k), y.At(i, k)) {
				pale := 0xc0 + u/4
				picture.SetNRGBA(i, k, color.NRGBA{pale, pale, pale, 0xff})
				continue
			}
			differ++
			picture.SetNRGBA(i, k, color.NRGBA{0xff, v / 2, u / 2, 0xff})
		}
	}
	return float64(differ) / float64(all.Dx()*all.Dy()), picture
}

// near allows for the last bits of floating point on other processors.
func near(a, b color.Color) bool {
	ar, ag, ab, _ := a.RGBA()
	br, bg, bb, _ := b.RGBA()
	const most = 6 << 8
	close := func(x, y uint32) bool { return max(x, y)-min(x, y) <= most }
	return close(ar, br) && close(ag, bg) && close(ab, bb)
}

// The same value gives the same bytes, and no SVG needs a font.
func TestDeterministic(t *testing.T) {
	first, second := figures(t), figures(t)
	for i, f := range first {
		a, err := f.SVG()
		if err != nil {
			t.Fatal(err)
		}
		b, err := second[i].SVG()
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(a, b) {
			t.Errorf("%s: two SVGs of the same result differ", f.Name)
		}
		for _, word := range []string{"<text", "font-family", "NaN", "Inf"} {
			if strings.Contains(string(a), word) {
				t.Errorf("%s.svg has %s", f.Name, word)
			}
		}
		if !strings.Contains(string(a), "<title>") {
			t.Errorf("%s.svg has no title", f.Name)
		}
	}
}

// A figure is saved in three files; the PNGs have their size and density.
func TestSave(t *testing.T) {
	dir := t.TempDir()
	f, err := sampleBars()
	if err != nil {
		t.Fatal(err)
	}
	paths, err := f.Save(dir)
	if err != nil || len(paths) != 3 {
		t.Fatalf("%v %v", paths, err)
	}
	for k, scale := range map[int]int{1: 1, 2: 2} {
		content, err := os.ReadFile(paths[k])
		if err != nil {
			t.Fatal(err)
		}
		c, err := png.DecodeConfig(bytes.NewReader(content)) // checks the chunks' sums
		if err != nil {
			t.Fatal(err)
		}
		if want := int(f.Width.Points()/72*DPI + 0.5); c.Width < want*scale-2 || c.Width > want*scale+2 {
			t.Errorf("%s is %d wide, want %d x %d", paths[k], c.Width, scale, want)
		}
		if !bytes.Contains(content[:80], []byte("pHYs")) {
			t.Errorf("%s does not say its density", paths[k])
		}
	}
}
