// Package checkpoint reads and writes models as Hugging Face directories:
// config.json, model.safetensors (or shards with an index) and the
// tokenizer's files.
//
// Loading is total: every tensor of the file is consumed, every weight of the
// model is filled, names, shapes and dtypes are checked, and whatever is wrong
// is said in one error. Nothing is ever initialised in silence.
//
// A form that transformers 5.23 loads and this package does not is refused by
// name:
//
//	config.json                                      what transformers does
//	prelu, xielu                                     activations with weights of their own
//	rope_type longrope                               frequencies that follow the length of a batch
//	position_embedding_type relative_key (BERT)      scores by distance
//	is_decoder, add_cross_attention (BERT)           causal attention
//	quantization_config                              weights of fewer bits
//	sliding_window, head_dim beside other fields     overrules local_attention, hidden_size
//	per_layer_config                                 layers of different sizes
//	pytorch_model.bin                                pickled weights
//	tensors that are no weight and no known buffer   ignored with a warning
//
// Saving is whole or not at all, and what is saved transformers and
// sentence-transformers load as it is.
//
// # Why not a library for safetensors
//
// gomlx/go-huggingface 0.3.1 fetches models and reads no safetensors: of them it
// has the hub's counts of parameters alone. header.go reads the format.
package checkpoint
