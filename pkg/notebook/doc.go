// Package notebook shows figures, tables and what changes while a cell runs in
// a GoNB notebook, and reads the results that they are drawn from. Package
// experiment below it makes results; it is a package of its own because a cell
// is a program, and linking the models takes seconds.
//
//	notebook.Show(figure.TrainingCurve(curve))
//
// Outside of a notebook nothing is shown. An error ends the cell with one line
// on stderr, as the command line does.
package notebook
