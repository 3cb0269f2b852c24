package corpus

import (
	"fmt"
	"io"
	"iter"
	"os"
	"unicode/utf8"

	"github.com/parquet-go/parquet-go"
)

// parquetTexts yields the column "text" of a parquet file, row by row.
func parquetTexts(file string, count func(n int)) iter.Seq2[Text, error] {
	return func(yield func(Text, error) bool) {
		fail := func(row int, err error) { yield(Text{File: file, Line: row}, fmt.Errorf("%s:%d: %w", file, row, err)) }
		f, err := os.Open(file)
		if err != nil {
			yield(Text{File: file}, err)
			return
		}
		defer f.Close()
		info, err := f.Stat()
		if err != nil {
			yield(Text{File: file}, err)
			return
		}
		table, err := parquet.OpenFile(f, info.Size())
		if err != nil {
			yield(Text{File: file}, fmt.Errorf("%s: not a parquet file, or a damaged one: %w", file, err))
			return
		}
		column, ok := table.Schema().Lookup("text")
		if !ok || column.Node.Type().Kind() != parquet.ByteArray || column.Node.Repeated() {
			yield(Text{File: file}, fmt.Errorf("%s: no column \"text\" of strings", file))
			return
		}
		row, read := 0, int64(0)
		for i, group := range table.RowGroups() {
			pages := group.ColumnChunks()[column.ColumnIndex].Pages()
			values := make([]parquet.Value, 256)
			for {
				page, err := pages.ReadPage()
				if err == io.EOF {
					break
				}
				if err != nil {
					pages.Close()
					fail(row+1, err)
					return
				}
				for reader := page.Values(); ; {
					n, err := reader.ReadValues(values)
					for _, value := range values[:n] {
						row++
						text := Text{File: file, Line: row}
						var bad error
						switch data := value.ByteArray(); {
						case value.IsNull():
							bad = &BadLine{File: file, Number: row, Reason: errNull.Error(), Null: true}
						case len(data) > MaxLine:
							bad = &BadLine{File: file, Number: row, Reason: fmt.Sprintf("the text is longer than %d MiB", MaxLine>>20)}
						case !utf8.Valid(data):
							bad = &BadLine{File: file, Number: row, Reason: "the text is not UTF-8"}
						default:
							text.Text = string(data)
						}
						if !yield(text, bad) {
							pages.Close()
							return
						}
					}
					if err == io.EOF {
						break
					}
					if err != nil {
						pages.Close()
						fail(row+1, err)
						return
					}
				}
				parquet.Release(page)
			}
			pages.Close()
			if count != nil { // progress by row groups
				done := info.Size() * int64(i+1) / int64(len(table.RowGroups()))
				count(int(done - read))
				read = done
			}
		}
	}
}
