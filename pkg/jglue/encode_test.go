package jglue

import (
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"

	"llmjp.internal/modernbert/pkg/project"
	"llmjp.internal/modernbert/pkg/text"
)

func tokenizer(t *testing.T, name string) text.Tokenizer {
	t.Helper()
	dir, err := project.Path("data", name)
	if err != nil {
		t.Fatal(err)
	}
	tok, err := text.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	return tok
}

func TestRows(t *testing.T) {
	tok := tokenizer(t, "tokenizer")
	pair := []Example{{A: "今日", B: "明日"}, {A: "今日は良い天気です。", B: "明日"}}
	rows, cut, err := Rows(context.Background(), tok, JSTS, pair, 6, false)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]int32{5, 46274, 6, 50014, 6}, rows[0].IDs); diff != "" || rows[0].TypeIDs != nil {
		t.Errorf("a pair: %v\n%s", rows[0], diff)
	}
	if cut != 1 || len(rows[1].IDs) != 6 || rows[1].IDs[5] != 6 || rows[1].IDs[4] != 50014 {
		t.Errorf("%d cut, the second is %v: the longer text alone should be shorter", cut, rows[1].IDs)
	}
	rows, _, err = Rows(context.Background(), tok, JCoLA, []Example{{A: "こんにちは"}}, 512, false)
	if err != nil || !cmp.Equal(rows[0].IDs, []int32{5, 39801, 6}) {
		t.Errorf("one sentence: %v, %v", rows, err)
	}
}

func TestRowsTokenTypes(t *testing.T) {
	tok := tokenizer(t, "wordpiece")
	rows, _, err := Rows(context.Background(), tok, JNLI, []Example{{A: "猫", B: "犬"}}, 512, true)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]int32{0, 0, 0, 1, 1}, rows[0].TypeIDs); diff != "" || len(rows[0].IDs) != 5 {
		t.Errorf("%v\n%s", rows[0].IDs, diff)
	}
}

func TestRowsStop(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, _, err := Rows(ctx, tokenizer(t, "tokenizer"), JCoLA, []Example{{A: "猫"}}, 512, false); err == nil {
		t.Error("a cancelled encoding went on")
	}
}
