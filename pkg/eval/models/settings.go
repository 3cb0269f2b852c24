package models

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// tellApart is the greatest number of settings that a name lists.
const tellApart = 2

// differing returns, for each of some checkpoints, the settings of its run that
// are not the same in all of their runs: "rows=windows". It returns nil where
// a model belongs to no run, where the runs differ in more than two settings,
// and where these leave two models alike.
func differing(all []Model, list []int) []string {
	settings := make([]map[string]json.RawMessage, len(list))
	keys := map[string]bool{}
	for k, i := range list {
		d, err := all[i].Run()
		if err != nil || json.Unmarshal(d.Settings, &settings[k]) != nil {
			return nil
		}
		for key := range settings[k] {
			keys[key] = true
		}
	}
	words := make([][]string, len(list))
	for _, key := range slices.Sorted(maps.Keys(keys)) {
		if !slices.ContainsFunc(settings, func(s map[string]json.RawMessage) bool { return string(s[key]) != string(settings[0][key]) }) {
			continue
		}
		for k, s := range settings {
			words[k] = append(words[k], fmt.Sprintf("%s=%s", key, strings.Trim(string(s[key]), `"`)))
		}
	}
	if len(words[0]) > tellApart {
		return nil
	}
	seen := map[string]bool{}
	out := make([]string, len(list))
	for k, w := range words {
		out[k] = strings.Join(w, ", ")
		if seen[out[k]] || out[k] == "" {
			return nil
		}
		seen[out[k]] = true
	}
	return out
}
