package miracl

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"strings"
	"unicode/utf8"
)

// Topic is a question and the passages that answer it.
type Topic struct {
	ID, Question string
	Positive     []string // passages by docid, in the order of the judgements
}

// Topics reads topics, in their order, with their judgements.
func Topics(topics, judgements string) ([]Topic, error) {
	var list []Topic
	index := map[string]int{}
	err := fields(topics, 2, func(f []string) error {
		if _, ok := index[f[0]]; ok {
			return fmt.Errorf("topic %q stands twice", f[0])
		}
		index[f[0]] = len(list)
		list = append(list, Topic{ID: f[0], Question: f[1]})
		return nil
	})
	if err != nil {
		return nil, err
	}
	judged := map[[2]string]bool{}
	err = fields(judgements, 4, func(f []string) error {
		topic, docid := f[0], f[2]
		i, ok := index[topic]
		switch {
		case !ok:
			return fmt.Errorf("topic %q is not in %s", topic, topics)
		case judged[[2]string{topic, docid}]:
			return fmt.Errorf("passage %q is judged twice for topic %q", docid, topic)
		case f[3] != "0" && f[3] != "1":
			return fmt.Errorf("the judgement is %q, 0 or 1 is needed", f[3])
		}
		judged[[2]string{topic, docid}] = true
		if f[3] == "1" {
			list[i].Positive = append(list[i].Positive, docid)
		}
		return nil
	})
	return list, err
}

// fields calls visit with the tab-separated fields of each line; the last
// takes the rest. Errors get the file and the line.
func fields(path string, n int, visit func(fields []string) error) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	lines := bufio.NewScanner(file)
	lines.Buffer(nil, 1<<20)
	number := 0
	for lines.Scan() {
		number++
		at := fmt.Sprintf("%s:%d", path, number)
		parts := strings.SplitN(strings.TrimSuffix(lines.Text(), "\r"), "\t", n)
		err := error(nil)
		switch {
		case !utf8.ValidString(lines.Text()):
			err = errors.New("the line is not UTF-8")
		case len(parts) != n || parts[0] == "":
			err = fmt.Errorf("%d fields between tabs, %d are needed", len(parts), n)
		default:
			err = visit(parts)
		}
		if err != nil {
			return fmt.Errorf("%s: %w", at, err)
		}
	}
	if err := lines.Err(); err != nil {
		return fmt.Errorf("%s:%d: %w", path, number+1, err)
	}
	if number == 0 {
		return fmt.Errorf("%s: no lines", path)
	}
	return nil
}
