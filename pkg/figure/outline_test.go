package figure

import (
	"math"
	"testing"

	"gonum.org/v1/plot/vg"
)

// Every kana, common kanji and sign that the figures use has an outline.
func TestFontCovers(t *testing.T) {
	for _, r := range "AZaz09−×±²→…、。「」ぁんァヶー一丁日本語羅生門檸檬躊躇鬱龠熙αβ≤≥" {
		if g := find(r, false); g.index == 0 {
			t.Errorf("the font lacks %c", r)
		} else if len(g.face.outline(g.index)) == 0 {
			t.Errorf("%c has no outline", r)
		}
	}
	// JIS X 0208 has 6,355 kanji in levels 1 and 2, and 仝 among its signs.
	n := 0
	for r := rune(0x4e00); r < 0xa000; r++ {
		if find(r, false).index != 0 {
			n++
		}
	}
	if n != 6356 {
		t.Errorf("the font has %d kanji, want 6356", n)
	}
}

// Bold falls back letter by letter, and what the font lacks is drawn as a box.
func TestFallback(t *testing.T) {
	if find('A', true).face == find('A', false).face {
		t.Error("A is not bold")
	}
	if g := find('語', true); g.index == 0 || g.face != faces().regular {
		t.Error("語 has no fallback")
	}
	if g := find('\U0001F600', false); g.index != 0 || len(g.face.outline(0)) == 0 {
		t.Error("a missing letter is not drawn as a box")
	}
}

func TestPlace(t *testing.T) {
	style := textStyle(10, ink)
	if w := style.Width("日本"); math.Abs(float64(w-20)) > 1e-9 {
		t.Errorf("two kanji at 10 points are %v wide, want 20", w)
	}
	_, kerned := place("AV", style.Font)
	if plain := style.Width("A") + style.Width("V"); kerned >= plain {
		t.Errorf("AV is %v wide, without kerning %v", kerned, plain)
	}
}

func TestTicks(t *testing.T) {
	for _, test := range []struct {
		low, high float64
		about     int
		want      []string
	}{
		{0, 550, 5, []string{"0", "100", "200", "300", "400", "500"}},
		{0, 0.26, 5, []string{"0.00", "0.05", "0.10", "0.15", "0.20", "0.25"}},
		{-2.5, 0.1, 5, []string{"−2.5", "−2.0", "−1.5", "−1.0", "−0.5", "0.0"}},
		{0, 11.5, 5, []string{"0", "2", "4", "6", "8", "10"}},
	} {
		var got []string
		for _, x := range (ticks{about: test.about}).Ticks(test.low, test.high) {
			got = append(got, x.Label)
		}
		if len(got) != len(test.want) {
			t.Errorf("[%v, %v]: %v, want %v", test.low, test.high, got, test.want)
			continue
		}
		for i := range got {
			if got[i] != test.want[i] {
				t.Errorf("[%v, %v]: %v, want %v", test.low, test.high, got, test.want)
				break
			}
		}
	}
}

func TestOverlap(t *testing.T) {
	r := func(x0, y0, x1, y1 vg.Length) vg.Rectangle {
		return vg.Rectangle{Min: vg.Point{X: x0, Y: y0}, Max: vg.Point{X: x1, Y: y1}}
	}
	if got := overlap(r(0, 0, 4, 4), r(2, 3, 9, 9)); got != 2 {
		t.Errorf("overlap %v, want 2", got)
	}
	if got := overlap(r(0, 0, 4, 4), r(4, 0, 9, 9)); got != 0 {
		t.Errorf("overlap %v, want 0", got)
	}
}
