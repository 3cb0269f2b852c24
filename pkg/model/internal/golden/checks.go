package golden

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"llmjp.internal/modernbert/pkg/model"
)

// A Parser reads an architecture's config.json.
type Parser func(config []byte) (model.Architecture, error)

// CheckNumbers compares the models of the cases that begin with prefix with
// transformers, number for number: by the fast operations, by the plain ones, and
// with activations recomputed and attention in blocks. Where the case has numbers
// of torch's autocast it compares bfloat16, too.
func CheckNumbers(t *testing.T, prefix string, parse Parser) {
	for _, c := range Cases(t, prefix) {
		arch, err := parse(c.Given)
		if err != nil {
			t.Fatalf("%s: %v", c.Name, err)
		}
		c.CheckParams(t, arch)
		for kind, b := range Backends(t) {
			check := func(how string, opt model.Options, compare func(t *testing.T, name string, values []float32)) {
				t.Run(strings.Join([]string{c.Name, kind, how}, "/"), func(t *testing.T) {
					for name, values := range c.compute(t, b, arch, opt) {
						compare(t, name, values)
					}
				})
			}
			check("fast", model.Options{}, c.compare)
			if kind == "go" || c.Name == "modernbert-base" || c.Name == "bert-masked" { // XLA compiles for seconds
				check("plain", model.Options{Plain: true}, c.compare)
				check("recomputed", model.Options{Checkpoint: true, Attention: "blocks"}, c.compare)
			}
			if c.rounded != nil {
				rounded := func(t *testing.T, name string, values []float32) {
					if _, ok := c.rounded[name]; ok {
						c.compareRounded(t, name, values)
					}
				}
				check("bfloat16", model.Options{Compute: "bfloat16"}, rounded)
				check("bfloat16, plain", model.Options{Compute: "bfloat16", Plain: true}, rounded)
			}
		}
	}
}

// CheckForms wants a config as published, as transformers saves it, and as we write
// what transformers saved, to be read alike.
func CheckForms(t *testing.T, prefix string, parse Parser, same ...cmp.Option) {
	for _, c := range Cases(t, prefix) {
		given, err := parse(c.Given)
		if err != nil {
			t.Fatal(err)
		}
		saved, err := parse(c.Saved)
		if err != nil {
			t.Fatalf("%s: %v", c.Name, err)
		}
		written, err := saved.ConfigJSON(c.Head)
		if err != nil {
			t.Fatal(err)
		}
		again, err := parse(written)
		if err != nil {
			t.Fatal(err)
		}
		for form, arch := range map[string]model.Architecture{"saved": saved, "ours": again} {
			if diff := cmp.Diff(given, arch, same...); diff != "" {
				t.Errorf("%s: given and %s differ (-given +%s):\n%s", c.Name, form, form, diff)
			}
		}
	}
}

// CheckRefusals wants config with one field set to each value of JSON to be refused
// with an error that names the field.
func CheckRefusals(t *testing.T, config string, parse Parser, values map[string]string) {
	for field, value := range values {
		if _, err := parse(with(t, config, field, value)); err == nil || !strings.Contains(err.Error(), field) {
			t.Errorf("%s: %s: error %v does not name it", field, value, err)
		}
	}
}

// CheckWritten wants a config that can be read to be written and read again alike.
func CheckWritten(t *testing.T, config []byte, parse Parser, same ...cmp.Option) {
	arch, err := parse(config)
	if err != nil {
		return
	}
	written, err := arch.ConfigJSON(model.MaskedLM)
	if err != nil {
		t.Fatal(err)
	}
	again, err := parse(written)
	if err != nil {
		t.Fatalf("%v in what was written: %s", err, written)
	}
	if diff := cmp.Diff(arch, again, same...); diff != "" {
		t.Errorf("-read +written and read:\n%s", diff)
	}
}

// with returns a config.json with one field set to a value of JSON.
func with(t testing.TB, config, field, value string) []byte {
	t.Helper()
	var fields map[string]json.RawMessage
	if err := json.Unmarshal([]byte(config), &fields); err != nil {
		t.Fatal(err)
	}
	fields[field] = json.RawMessage(value)
	data, err := json.Marshal(fields)
	if err != nil {
		t.Fatal(err)
	}
	return data
}
