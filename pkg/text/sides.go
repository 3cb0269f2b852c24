package text

import (
	"fmt"
	"slices"
	"strings"
)

// readSides reads truncation_side, padding_side and split_special_tokens.
// Where tokenizer_config.json is silent, the truncation and padding blocks of
// tokenizer.json decide the side of truncation and the padding token.
func (c *companions) readSides(top object) error {
	truncation, err := block(top, "truncation")
	if err != nil {
		return err
	}
	padding, err := block(top, "padding")
	if err != nil {
		return err
	}
	side, err := sideOf(truncation, "direction", "Right", "Left")
	if err != nil {
		return fmt.Errorf("%s: truncation: %w", tokenizerFile, err)
	}
	if _, err = sideOf(padding, "direction", "Right", "Left"); err != nil {
		return fmt.Errorf("%s: padding: %w", tokenizerFile, err)
	}
	def := strings.ToLower(side)
	if side, err = sideOf(c.config, "truncation_side", def, "left", "right"); err != nil {
		return fmt.Errorf("%s: %w", configFile, err)
	}
	c.left = side == "left"
	if _, err = sideOf(c.config, "padding_side", "right", "left"); err != nil {
		return fmt.Errorf("%s: %w", configFile, err)
	}
	const split = "split_special_tokens"
	if c.config.has(split) && c.config.null(split) {
		return fmt.Errorf("%s: %s is null, it must be true or false", configFile, split)
	}
	if err := c.config.read(split, &c.split); err != nil {
		return fmt.Errorf("%s: %w", configFile, err)
	}
	if _, ok := c.mentions["pad_token"]; !ok && !padding.null("pad_token") {
		m, err := parseMention(padding.values["pad_token"])
		if err != nil {
			return fmt.Errorf("%s: padding: pad_token: %w", tokenizerFile, err)
		}
		c.mentions["pad_token"] = m
	}
	return nil
}

// block reads tokenizer.json's truncation or padding, which may be null.
func block(top object, key string) (object, error) {
	if top.null(key) {
		return object{}, nil
	}
	o, err := parseObject(top.values[key])
	if err != nil {
		return o, fmt.Errorf("%s: %s: %w", tokenizerFile, key, err)
	}
	return o, nil
}

// sideOf reads a side; absent, it is the first of those allowed.
func sideOf(o object, key string, allowed ...string) (string, error) {
	side := allowed[0]
	err := o.read(key, &side)
	if err != nil || o.has(key) && o.null(key) || !slices.Contains(allowed, side) {
		slices.Sort(allowed)
		return "", fmt.Errorf("%s is %s, it must be %s", key, shorten(o.values[key]), strings.Join(slices.Compact(allowed), " or "))
	}
	return side, nil
}
