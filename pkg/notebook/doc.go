// Package notebook shows figures, tables and what changes while a cell runs in
// a GoNB notebook, and reads the results that they are drawn from. Package
// experiment below it makes results; it is a package of its own because a cell
// is a program, and linking the models takes seconds.
//
//	notebook.Show(figure.TrainingCurve(curve))
//
// Outside of a notebook nothing is shown. An error ends the cell with one line
// on stderr, as the command line does.
//
// # What a warm cell costs
//
// A cell that embeds two sentences by a model of 6 layers, in seconds of a core, all
// that it needs having been used before:
//
//	                                  before   now
//	go build, most of it the linker     1.9     1.5   gold instead of ld (scripts/kernel)
//	XLA's program                       0.8     0.05  kept on disk (pkg/backend/programs)
//	the tokenizer                       0.42    0.33  one pass less over the vocabulary
//	weights, plugin, graph, all else    0.3     0.3
//
// A shared library of the tokenizers instead of the archive gained nothing beside
// gold, leaving out UniDic (45 MB in the program) 0.1.
package notebook
