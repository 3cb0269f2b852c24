package hub

import (
	"context"
	"fmt"
	"io"
	"net/http"

	"llmjp.internal/modernbert/pkg/input"
)

// conversionTitle is what the hub's bot calls the pull request with a model's
// weights as safetensors.
const conversionTitle = "Adding `safetensors` variant of this model"

// noWeights returns the error for a model without safetensors. Pickled weights can
// run code and are not read: for those it names the pull request with the hub's own
// conversion, if there is one.
func (f *fetcher) noWeights(ctx context.Context) error {
	has, err := f.want(ctx, pickledFile+".index.json")
	if err == nil && !has {
		var meta metadata
		meta, err = f.head(ctx, pickledFile)
		has = meta.exists
	}
	if err != nil || !has {
		return fmt.Errorf("it has neither %s nor %s", weightsFile, indexFile)
	}
	convert := "convert them once in Python: AutoModelForMaskedLM.from_pretrained(NAME).save_pretrained(DIR)"
	if n := f.conversion(ctx); n > 0 {
		return fmt.Errorf("it has neither %s nor %s; its pickled weights can run code and are not read: take the hub's own conversion, %s@refs/pr/%d", weightsFile, indexFile, f.ref.Model, n)
	}
	return fmt.Errorf("it has neither %s nor %s; its pickled weights can run code and are not read, and no pull request of the hub's converter was found (it would be %s@refs/pr/N): %s", weightsFile, indexFile, f.ref.Model, convert)
}

// conversion returns the number of the pull request with the hub's own
// conversion, 0 where none is found.
func (f *fetcher) conversion(ctx context.Context) int {
	response, err := f.send(ctx, http.MethodGet, f.Endpoint+"/api/models/"+f.ref.Model+"/discussions?type=pull_request", nil)
	if err != nil {
		return 0
	}
	defer response.Body.Close()
	data, err := io.ReadAll(io.LimitReader(response.Body, 1<<20))
	var list struct {
		Discussions []struct {
			Number int    `json:"num"`
			Title  string `json:"title"`
			Pull   bool   `json:"isPullRequest"`
		} `json:"discussions"`
	}
	if err != nil || response.StatusCode != http.StatusOK || input.Decode(data, &list) != nil {
		return 0
	}
	for _, d := range list.Discussions {
		if d.Pull && d.Title == conversionTitle && d.Number > 0 {
			return d.Number
		}
	}
	return 0
}
