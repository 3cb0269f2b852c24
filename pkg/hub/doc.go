// Package hub finds a model's directory: one on the disk, or a model of the
// Hugging Face hub, "owner/name" or "owner/name@revision", which is fetched
// into the hub's own cache once and then read from there.
//
// Only what this program reads is fetched: config.json, the tokenizer's files,
// and safetensors. Downloads are resumed where they broke off, and accepted
// only with the size and the hash that the hub states (SHA-256 of large files,
// git's SHA-1 of small ones; a mirror that tags small files otherwise is held to
// their size alone). The cache has the layout of the hub's Python
// library, its locks included, so both use each other's files.
//
// Single files of a data set are fetched in the same way ([Client.Dataset]).
//
// A model that is in the cache completely is used without any request. The
// environment is honoured as the Python library does: HF_HOME, HF_HUB_CACHE,
// HF_ENDPOINT, HF_TOKEN (or the token file in HF_HOME), HF_HUB_OFFLINE,
// HF_HUB_DOWNLOAD_TIMEOUT.
//
// # Why not gomlx/go-huggingface
//
// Version 0.3.1 compares no hash and no size of what it downloads, starts a
// broken download from the beginning, knows neither HF_HUB_OFFLINE nor HF_HOME,
// and refuses a file to which the hub redirects by another address. Its locks lie
// beside the blobs, where the Python library does not look.
package hub
