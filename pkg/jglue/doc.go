// Package jglue describes the tasks of Table 2 and reads their files.
//
// A [Task] says what its lines look like, how many outputs a classifier has
// for it, by which loss it is trained and by which metric it is scored. [Read]
// reads JGLUE's and JCoLA's files as they are published, JSON lines, and names
// FILE:LINE of whatever is wrong. [Rows] encodes the examples for a model.
package jglue
