// Package jglue describes the tasks of Table 2 and reads their files.
//
// A [Task] defines the format of its lines, the number of a classifier's outputs,
// the loss and the metric. [Read] reads JGLUE's and JCoLA's files as they are
// published, JSON lines, with FILE:LINE in errors. [Rows] encodes the examples for
// a model.
package jglue
