// Package ranks connects the processes of one run, usually one a host: it sums
// vectors over them (all-reduce), broadcasts from the first, gathers texts, and
// turns one rank's error into everybody's.
//
// MPI carries the messages (Open MPI or MPICH, through cgo; tried with Open MPI
// 4.1.4 and MPICH 4.0.2). Only the build tag mpi, with CC=mpicc, compiles it in
// (scripts/setup --mpi does that); without the tag [Open] accepts a single process
// and refuses several.
//
// A nil [Group] is a single process: its methods work on that process alone, so
// that callers need no second path.
//
// # Order
//
// [Group.Sum] adds in the order of the ranks: each rank receives one part of
// the vector from all (all-to-all), adds the copies as ((x0 + x1) + x2) + …,
// and the parts are shared (all-gather). The result is the same bit for bit on
// every rank, in every run on that many ranks, and over any transport. MPI's
// own MPI_Allreduce promises no order, and Open MPI's algorithms differ from each
// other from three ranks on. Both move the same number of bytes.
//
// # Waiting
//
// Every call first waits until all ranks have arrived. It sleeps between polls, so
// that a waiting rank takes no core from a working one. A wait longer than
// [Options.Patience] is an error that names the missing rank and its host.
//
// # Bandwidth
//
// Every rank sends and receives 2·(N-1)/N of the vector. The paper's model has
// 187.5 million elements, 750 MB in float32; its batch computes for about
// 0.63 s on 16 GPUs. On two hosts of eight GPUs each GPU hands an eighth of the
// vector to the host and takes it back (94 MB each way, 10 ms in all at
// 20 GB/s, side by side), each host adds half of the vector (0.03 s on one core
// at 40 GB/s of memory), and 750 MB cross the network each way:
//
//	network   on the wire  one after another  overlapped     and bfloat16 on the wire
//	400 Gb/s  0.015 s      0.055 s, 92 %      0.03 s, 95 %   0.03 s, 95 %
//	100 Gb/s  0.060 s      0.10 s,  86 %      0.065 s, 91 %  0.035 s, 95 %
//	 10 GbE   0.60 s       0.64 s,  50 %      0.61 s, 51 %   0.31 s, 67 %
//
// The percentages are 0.63 s by 0.63 s and the exchange. Overlapped is what
// pkg/train does: a chunk is copied out and another back while a third is
// summed, and [Group.Sum] adds one chunk while it exchanges the next. All of
// this is arithmetic: no such hosts were at hand. A prototype of this sum took
// 0.24 s between two processes on one machine of two cores over shared memory
// and 0.52 s over loopback TCP; MPI_Allreduce took 0.38 s and 0.70 s. To
// measure each piece on an idle machine:
//
//	CC=mpicc go test -tags mpi -run '^$' -bench Pieces -benchtime 1x -v ./pkg/train
package ranks
