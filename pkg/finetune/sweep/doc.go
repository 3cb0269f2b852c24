// Package sweep makes a grid of independent fine-tuning runs of one model on
// one task (paper section 3.3: 36 runs a task, the table takes the best).
//
// A sweep lives in a folder: sweep.json says what it is of, runs/ has a file a
// finished run. A file is written whole when its run is done and never again,
// so that a sweep that was killed goes on where it stopped, and gives what one
// that was not gives: a run depends on its setting alone.
//
// [Local] runs them one after another with one model and one tokenized data
// set; [Array] makes each a task of package array, which shares them among
// processes of one machine, a GPU for each, or hands them to Slurm. A worker
// makes its runs by [Only]. [Collect] makes Table 2's result of any number of
// folders.
package sweep
