package pppl

import (
	"fmt"
	"strconv"
	"strings"

	"llmjp.internal/modernbert/pkg/result"
)

// ParseBins reads rising lengths, separated by commas, as the upper ends of
// bins: "1024,2048,4096,8191" are the paper's.
func ParseBins(list string) ([]result.LengthBin, error) {
	var bins []result.LengthBin
	above := 0
	for _, field := range strings.Split(list, ",") {
		to, err := strconv.Atoi(strings.TrimSpace(field))
		if err != nil || to <= above {
			return nil, fmt.Errorf("bins %q: rising lengths are needed, such as 1024,2048", list)
		}
		bins = append(bins, result.LengthBin{Above: above, To: to})
		above = to
	}
	return bins, nil
}
