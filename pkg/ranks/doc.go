// Package ranks connects the processes of one run, usually one a host: it sums
// vectors over them, passes data on from the first, and lets them agree.
//
// MPI carries the messages (Open MPI or MPICH, through cgo). It is compiled in
// by the build tag mpi alone, with CC=mpicc, as scripts/setup --mpi arranges;
// without the tag [Open] serves a single process and refuses several.
//
// A nil [Group] is a single process: every method does then what one process
// needs, so that callers have no second path.
//
// # Order
//
// [Group.Sum] adds in the order of the ranks: each rank receives one part of
// the vector from all (all-to-all), adds the copies as ((x0 + x1) + x2) + …,
// and the parts are shared (all-gather). The result is the same bit for bit on
// every rank, in every run on that many ranks, and over any transport. MPI's
// own MPI_Allreduce promises no order, and Open MPI's algorithms differ among
// themselves from three ranks on. The two ways move equally many bytes.
//
// # Waiting
//
// Every call first waits until all ranks have arrived, sleeping between looks,
// so that a rank that waits takes no core from one that works. A wait longer
// than [Options.Patience] is an error that names the rank and host that did not
// arrive.
package ranks
