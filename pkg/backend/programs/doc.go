// Package programs keeps the programs that XLA compiled for the CPU on disk, so
// that a new process loads them: a cell of a notebook is a new process. A program
// of 6 layers that takes 0.8 s of a core to compile is loaded in 0.05 s; the
// machine code is the same, and so are the bits that it computes. Four steps of the
// preset tiny took 16.4 s of a core in a process that compiled its 12 programs and 5.1
// in the next one, with 1.18 and 1.00 GB at most and equal weights and moments. A
// program takes 0.3 MB on disk, a training step of tiny 0.6.
//
// # What it reaches under
//
// PJRT's interface is a table of C functions that a plugin returns. Register gives
// go-xla a copy of that table, by go-xla's own pjrt.RegisterPreloadedPlugin, in
// which one function is replaced: PJRT_Client_Compile, which now looks here first.
// go-xla itself cannot serialize. plugin.c knows the places of six functions in the
// table and the fields of their arguments; within PJRT's major version 0 they only
// grow at the end. Another major version is refused by Register, and go-xla then
// loads the plugin itself: everything works, and every process compiles.
//
// # Faults
//
//	fault                                what happens                         test
//	another program, option, plugin,     another key: it is compiled          TestKey
//	CPU, number of CPUs
//	a file that changed on the disk,     it is compiled and written anew      TestStoreDamaged, TestCompileOnce
//	however little
//	a file that XLA refuses              the same                             TestCompileOnce
//	a crash or a full disk while         the old file or none                 package durable
//	writing
//	the folder cannot be made            Open's error; without a store        TestOpenRefused
//	                                     every process compiles
//	many programs                        those used longest ago go            TestStoreLimit
package programs
