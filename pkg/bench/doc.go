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
// compiled; 21 % in the system, of which 13 % clears memory pages; at 8,192
// tokens 31 % cleared pages. XLA takes its buffers from the C library, which
// maps large ones anew at every step. Large pages for them
// (glibc.malloc.hugetlb=1) brought 353 … 371 to 395 … 413 tokens a second.
// scripts/env also keeps what is smaller than 256 MiB for the next step
// (mmap_threshold, trim_threshold), in one arena: the arenas of threads other
// than the first hold nothing above 64 MiB. Measured beside other work, at the
// scheduler's highest priority, 2 rows of 2,048 tokens, processor seconds of a
// step spent in the system, and tokens a second:
//
//	large pages alone                    5.1 s    275 … 282   peak 7.1 GB
//	and less than 1 GiB kept             1.4 s    316 … 329   peak 8.8 GB
//
// Later, 8 rows of 512 tokens, with nothing else running:
//
//	less than 1 GiB kept                 414 … 435   peak 8.0 and 8.6 GB
//	less than 256 MiB kept               414 … 433   peak 6.7 GB twice
//
// A program's temporaries were one buffer of some gigabytes, which no threshold
// keeps without keeping all: with a row of 1,024 tokens, 22 layers, clearing its
// pages took 16 % of a step. XLA can make several of it
// (xla_multiheap_size_constraint_per_heap; backend.Pieces), each of which the C
// library keeps. Tokens a second and peak memory, nothing else running:
//
//	                 3 layers, 1 x 1,024    22 layers, 1 x 1,024    3 layers, 4 x 1,024
//	one buffer       381 … 439   4.1 GB      93 … 120   8.9 GB      539 … 584   4.8 GB
//	240 MiB each     393 … 427   4.8 GB     131 … 134   8.9 GB      564 … 579   6.2 GB
//	128 MiB          381 … 489   4.5 GB      94 … 134   9.4 GB      545 … 562   6.0 GB
//	64 MiB           483 … 587   4.7 GB     128 … 139   9.1 GB      532 … 594   6.1 GB
//	32 MiB           531 … 580   4.9 GB     122 … 137  10.0 GB      586 … 623   8.1 GB
//
// A tensor that is larger than a buffer has one of its own: with 8,192 tokens a
// step buffers of 64 MiB took 19.8 GB (231 tokens a second), of 240 MiB 14.6
// (244), where one takes 9.8 (246). So it is asked for where activations fit.
//
// Sines and cosines of the rotations as constants instead of in the graph,
// where XLA computed them again at every use: 350 … 353 to 363 … 367. A profile
// after both: 76 % in XLA's library, 21 % in compiled kernels, 2 % in the system.
//
// The loss makes its gradients with its value, a block of scores at a time, and
// keeps no matrix of the scores' size but the scores and their exponentials
// (nn.MaskedLMLoss). Before, XLA kept the scores with and without the bias, and
// in all four matrices of their size at once. What it plans for a step: 5.04 GB
// before and 3.46 after at 8 x 512 tokens, 7.39 and 6.60 at 8,192; speed is the
// same (402 … 446 tokens a second before, 396 … 438 after). GoMLX's backend in
// Go, which does one operation after another, gains time, too: no matrix of
// that size is compared with labels, subtracted, copied or cut any more.
//
// Long rows' global layers go head by head, and a head some queries at a time
// (nn.Global). When a block was 128 queries of all heads, the gradients of keys
// and values were read and written at each of 64 blocks. A row of 8,192 tokens:
// 211 and 227 tokens a second before, 241 and 250 after; blocks of a quarter of
// the scores 231 and 241. A profile of it: 50 % in XLA's kernel of the matrix
// product, 14 % in packing its operands (a product of 64 columns has little to
// do for each element that it packs), 22 % in compiled kernels, 6 % clears pages.
//
// Encoding pads a text to the least length that has a graph, and a graph is
// worth compiling where it saves more than it costs. That price was 8,192 tokens
// for every model, which is much for a large one: it is now estimated from the
// model's size. Base width, 6 layers, against sentence-transformers: 512
// paragraphs 0.87 times as fast before, 128 paragraphs 1.19 times after.
//
// What did not help, or costs more than it gives:
//
//   - Keeping all memory (mmap_max=0, one arena): 0.1 s in the system, 352 … 357
//     tokens a second, but a process of over 15 GB at 8,192 tokens: results of a
//     step take a part of the place of its temporaries, which then want another.
//     Making every update once before the first step, so that results have a
//     place beside them: 8.75 instead of 9.25 GB at 2,048 tokens, too little.
//   - jemalloc that gives nothing back: 333 … 341, 9.4 GB; that gives back after
//     three seconds: 265 … 282. mimalloc: 286 … 288.
//   - One arena for programs that tokenize: two threads wait for each other,
//     870,000 … 1,170,000 tokens a second instead of 1,100,000 … 1,450,000.
//     scripts/modernbert tokenize keeps several.
//   - A barrier that would keep XLA from storing the scores with and without the
//     decoder's bias: the CPU's compiler drops it before it fuses, as it does
//     one around sines and cosines. Finding the highest score as a minimum of
//     integers, which vectorizes, instead of ArgMax: XLA then stores them, too.
//   - The scores' exponentials transposed once for both gradients that want them
//     so: the Go backend's step stays at 2.0 to 2.2 s, XLA's gets no faster.
//
// What limits training at short lengths is therefore the matrix product
// itself: 4,096 tokens are 1.4 TFLOP, 7.4 s at the machine's peak. A factor of
// 1.5 over a program that already reaches more than two thirds of that peak is
// not to be had in float32. Lower hangs memory: the gradients are all outputs of one
// program and live until the last weight is updated.
package bench
