package corpus

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"iter"
	"unicode/utf8"

	"github.com/parquet-go/parquet-go"

	"llmjp.internal/modernbert/pkg/input"
)

// parquetTexts yields the column "text" of a parquet file, row by row.
func parquetTexts(file string, count func(n int)) iter.Seq2[Text, error] {
	return func(yield func(Text, error) bool) {
		fail := func(row int, err error) { yield(Text{File: file, Line: row}, fmt.Errorf("%s:%d: %w", file, row, err)) }
		f, size, err := input.Open(file)
		if err != nil {
			yield(Text{File: file}, err)
			return
		}
		defer f.Close()
		table, err := openParquet(f, size)
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
				var page parquet.Page
				err := guarded(func() (err error) { page, err = pages.ReadPage(); return err })
				if err == io.EOF {
					break
				}
				if err != nil {
					pages.Close()
					fail(row+1, err)
					return
				}
				for reader := page.Values(); ; {
					n := 0
					err := guarded(func() (err error) { n, err = reader.ReadValues(values); return err })
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
				done := size * int64(i+1) / int64(len(table.RowGroups()))
				count(int(done - read))
				read = done
			}
		}
	}
}

// maxChunk is the greatest size of a column chunk in memory, in bytes. The
// common writers make row groups of 128 MiB to 1 GiB.
const maxChunk = 4 << 30

// openParquet reads the footer, whose length is checked before it is believed.
func openParquet(f io.ReaderAt, size int64) (table *parquet.File, err error) {
	var tail [8]byte
	if size < 12 {
		return nil, errors.New("it is too short")
	}
	if _, err := f.ReadAt(tail[:], size-8); err != nil {
		return nil, err
	}
	if n := int64(binary.LittleEndian.Uint32(tail[:])); n > size-12 {
		return nil, fmt.Errorf("its footer of %d bytes is longer than the file", n)
	}
	err = guarded(func() (err error) { table, err = parquet.OpenFile(f, size); return err })
	if err != nil {
		return nil, err
	}
	for _, group := range table.Metadata().RowGroups {
		for _, column := range group.Columns {
			if n := column.MetaData.TotalUncompressedSize; n < 0 || n > maxChunk {
				return nil, fmt.Errorf("a column of %d bytes in one row group, at most %d are read: write it with smaller row groups", n, int64(maxChunk))
			}
		}
	}
	return table, nil
}

// guarded calls read and turns a panic of the parquet module, which some
// damaged files cause, into an error.
func guarded(read func() error) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("a damaged parquet file: %v", r)
		}
	}()
	return read()
}
