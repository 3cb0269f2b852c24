// Package checkpoint reads and writes models as Hugging Face directories:
// config.json, model.safetensors (or shards with an index) and the
// tokenizer's files.
//
// Loading is total: every tensor of the file is consumed, every weight of the
// model is filled, names, shapes and dtypes are checked, and whatever is wrong
// is said in one error. Nothing is ever initialised in silence.
//
// Saving is whole or not at all, and what is saved transformers and
// sentence-transformers load as it is.
package checkpoint
