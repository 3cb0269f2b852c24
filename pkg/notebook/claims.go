package notebook

import (
	"errors"
	"io/fs"

	"llmjp.internal/modernbert/pkg/eval/claims"
	"llmjp.internal/modernbert/pkg/notebook/internal/variable"
	"llmjp.internal/modernbert/pkg/result"
)

// Claims holds the paper's statements against the runs whose results lie in the
// folders of MODERNBERT_RESULTS, or where MODERNBERT_RUN names a run against
// that run's results in Data, and saves the result in Data. Where neither is
// set it reads the result there; without one it takes the results there as one run.
func Claims() (*result.Claims, error) {
	dirs := variable.Results.List()
	if len(dirs) == 0 {
		if variable.Run.Value() == "" {
			c, err := result.Load[result.Claims](Data())
			if !errors.Is(err, fs.ErrNotExist) {
				return c, err
			}
		}
		dirs = []string{Data()}
	}
	c, err := claims.Of(dirs...)
	if err != nil {
		return nil, err
	}
	return c, result.Save(Data(), c)
}
