// Package sweep makes a grid of independent fine-tuning runs of one model on
// one task (paper section 3.3: 36 runs a task, the table takes the best).
//
// A sweep lives in a folder: sweep.json describes it, and runs/ has a file for each
// finished run. A run depends on its setting alone, and its file is written whole,
// once. A killed sweep therefore resumes where it stopped, with the same results as
// one without an interruption.
//
// [Local] runs them one after another with one model and one tokenized data
// set; [Array] makes each a task of package array, which shares them among
// processes of one machine, a GPU for each, or hands them to Slurm. A worker
// makes its runs by [RunNumbers]. [Collect] makes Table 2's result of any number of
// folders.
package sweep
