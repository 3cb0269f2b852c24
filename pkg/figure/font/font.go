// Package font embeds the fonts of the figures, so that they look the same on
// every machine and need none installed: a subset of Noto Sans JP (SIL Open
// Font License 1.1) with kana and the kanji of JIS X 0208.
package font

import _ "embed" // for the files

// Regular holds Noto Sans JP, weight 400, as TrueType.
//
//go:embed NotoSansJP-Regular.ttf
var Regular []byte

// BoldLatin holds Noto Sans JP, weight 700, Latin letters only.
//
//go:embed NotoSansJP-Bold-Latin.ttf
var BoldLatin []byte
