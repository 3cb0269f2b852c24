// Package bench measures speed and memory, ours beside other programs'.
//
// Each side runs in a process of its own (a [Side]), so that its peak memory is
// its own too. Both get the same weights, the same batch and the same masks;
// after a warm-up, what they computed must agree before anything is timed, and
// then they take turns. [Run] gives the rates of every turn, from which the
// median and the range are drawn: on a machine that others use too, a single
// time means nothing.
//
// A process is asked for work in JSON lines on its standard input: prepare,
// step, end. Ours is [Serve], theirs peer.py; both answer with seconds, the
// value they computed, and the peak of their memory.
//
// # What was found on a CPU
//
// Two cores of an AMD EPYC, XLA's CPU plugin, width 768, 6 layers, the whole
// vocabulary, float32, 4,096 tokens a step, nothing else running. A large
// matrix product does 184 GFLOP/s here and 187 in torch; in bfloat16 319 and
// 414, so that bfloat16 gains something on XLA, too, though less.
//
// A profile (perf) of training at 512 tokens: 61 % of the time is in XLA's
// library, nearly all of it its matrix product; 17 % in kernels that XLA
// compiled; 21 % in the system, of which 13 % clears memory pages: XLA takes
// its buffers from the C library, which maps large ones anew at every step.
// Large pages for them (glibc.malloc.hugetlb=1, set by scripts/env) brought our
// training from 353 … 371 to 395 … 413 tokens a second.
//
// What did not help: keeping the memory instead of giving it back
// (glibc.malloc.mmap_max=0 with a high trim_threshold, on top of large pages):
// 333 … 350 tokens a second.
//
// What limits training at short lengths is therefore the matrix product
// itself: 4,096 tokens are 1.4 TFLOP, 7.4 s at the machine's peak. A factor of
// 1.5 over a program that already reaches more than two thirds of that peak is
// not to be had in float32. Lower hangs memory: the gradients are all outputs of one
// program and live until the last weight is updated.
package bench
