package model

// Problems of a classifier: the values of transformers' problem_type.
const (
	Regression  = "regression"
	SingleLabel = "single_label_classification"
	MultiLabel  = "multi_label_classification"
)
