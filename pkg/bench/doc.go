// Package bench measures speed and memory beside other programs.
//
// Each [Side] runs in a process of its own, so that its peak memory is its own.
// All get the same weights, batch and masks. After a warm-up the values that they
// computed must agree before anything is timed; then they take turns. [Run] returns
// the rates of every turn, from which median and range are drawn: on a machine that
// others use too, a single time means nothing.
//
// A side's process answers JSON lines on its standard input: prepare, step, end.
// Ours is [Serve], the others' peer.py. They answer with seconds, the computed value
// and peak memory.
//
// [Peers] are transformers as it runs by default and its stronger forms: compiled by
// torch, on a CPU run by OpenVINO and ONNX Runtime, on CUDA with FlashAttention, also
// compiled. Tables show our ratio to the fastest of them in each case. Peers run
// without the allocator of scripts/memory. OpenVINO 2026.4 computes NaN for a query
// that attends to nothing, which far padding does in local layers, and from there
// for the whole row: both engines get a finite mask instead.
//
// # What was found on a CPU
//
// Two cores of an AMD EPYC, XLA's CPU plugin, width 768, 6 layers, the whole
// vocabulary, float32, 4,096 tokens a step, nothing else running. A large
// matrix product does 184 GFLOP/s here and 187 in torch, in bfloat16 319 and
// 414; a loop of multiply-adds in registers 234 and 468.
//
// A step takes and frees gigabytes, and the C library gave and took their pages
// from the system each time. At first 21 % of the time of training at 512 tokens
// was spent in the system, at 8,192 a third. Settings of its allocator (large
// pages, higher thresholds, one arena) and XLA's temporaries in pieces of 64 MiB
// helped by up to a fifth, but held up to twice the memory in use, and a block
// above the threshold still cost: a page of 2 MiB takes 2 ms and more on a virtual
// machine whose host takes free pages back. An allocator (scripts/memory, then a
// package, now a preloaded library) keeps and places large blocks itself. Three programs in turns, nothing else running, medians of 8, 8 and 5
// turns, tokens a second and peak memory:
//
//	                          training, 1 x 512   forward, 8 x 512   training, 8 x 512
//	settings and pieces         249   5.0 GB         945   2.1 GB      408   8.3 GB
//	scripts/memory              377   3.5 GB       1,186   1.5 GB      464   5.7 GB
//	transformers                224   3.4 GB       1,154   2.5 GB      365   5.6 GB
//
// A part of it is that the weights are put on the device without a copy on the
// host, which Go's collector gave back late (1.3 GB). Peak memory in training is
// now near weights and two moments, and what XLA plans for gradients and
// activations: 1.4 and 3.5 GB at 8 x 512 tokens; the rest of 5.7 GB is room for the
// next weights and moments while the old ones live, and the program with its
// compiled code.
//
// Which products an XLA program computes, and by what, is seen in its optimized
// HLO (XLA_FLAGS=--xla_dump_to) beside a profile: the library that is fast here
// takes those whose first operand's last axis is contracted; the others go to an
// older one, which packs what it multiplies and widens bfloat16 to float32. From
// such a list came three changes:
//
//   - Where a loss has several blocks of scores, a block waits for the one before,
//     so that their scores need not stand at once. It waited for its gradients, and
//     a graph that asks for none, the forward pass, computed them for every block
//     but the last (nn.MaskedLMLossValue has none). 8 x 512 tokens, medians of 8:
//     3.29 s before, 2.72 after; in bfloat16 2.11 and 1.79.
//   - GoMLX derives the gradients of a bfloat16 product as float32 products: of
//     1.4 TFLOP of a training step in bfloat16, 0.7 were float32. With gradients of
//     their own (nn.Linear) and operands transposed for the fast library
//     (nn's transposedDot), a step of 8 x 512 tokens took 7.3 s before, 5.5 after.
//   - Attention's backward pass has three products with its two matrices of
//     scores, and two of them wanted theirs transposed. On transposed scores one
//     does, and that one gets it by a copy where rows are short. A step of one row
//     of 8,192 tokens took 31.3 s before, 28.2 after; of 4 x 1,024 9.6 and 8.6
//     (the least of three and of five).
//
// In a profile of the forward pass of 6 x 512 tokens 81 % of the time is now in
// the kernel of the matrix product, 8 % in kernels that XLA compiled, 1 % in the
// system.
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
//   - Other allocators, before scripts/memory: jemalloc that gives nothing
//     back 333 … 341 tokens a second and 9.4 GB where settings brought 316 … 329,
//     that gives back after three seconds 265 … 282; mimalloc 286 … 288.
//   - XLA's temporaries in pieces (xla_multiheap_size_constraint_per_heap) with
//     scripts/memory: no faster, and a tensor that is larger than a piece
//     has one of its own: the forward pass takes 2.1 instead of 1.5 GB.
//   - A barrier that would keep XLA from storing the scores with and without the
//     decoder's bias: the CPU's compiler drops it before it fuses, as it does
//     one around sines and cosines. Finding the highest score as a minimum of
//     integers, which vectorizes, instead of ArgMax: XLA then stores them, too.
//     Without ArgMax, the label's score compared with the highest: no faster.
//   - The scores' exponentials transposed once for both gradients that want them
//     so: the Go backend's step stays at 2.0 to 2.2 s, XLA's gets no faster.
//
// What limits training at short lengths is the matrix product itself: 4,096
// tokens are 1.4 TFLOP, 7.4 s at the rate of a large product, of a step of 8.7 s;
// 83 % of a profile is in the two libraries' kernels. A factor of 1.5 over a
// program that reaches two thirds of that rate is not to be had in float32; over
// transformers as its configuration comes, which scores every position, it is
// 2.3 and more (train-default). What is left are the head's 10 % of rows without
// a masked token, room for batches that have more than the mean.
//
// A row of 8,192 tokens takes 28 to 31 s, where 17.7 s would be the rate at 512: its
// two global layers take some 10 s, for products of 7.8 s at that rate. The rest
// is packing and the exponentials, as above.
//
// A process's first two or three steps are slower than those that follow, since
// the weights' new values take a place that the temporaries had; 22 layers with
// one row of 1,024 tokens, in which that shows most, were given six repetitions.
//
// # What was found on a GPU
//
// An H200, base width, 22 layers, bfloat16 with float32 weights, 32,768 tokens a
// step, torch 2.11 and transformers 5.17 beside it. A large product of matrices
// does 822 TFLOP/s in torch. (Ours says 560 to 660: go-xla waits for every
// program, and the wait counts; inside a step the products run as torch's do.)
// Tokens a second of training at 1,024 and at 8,192 tokens a row:
//
//	                                        32 x 1,024    4 x 8,192
//	as it was when first run on a GPU           230 k          -
//	gradients of norms and head as below        268 k          -
//	with local layers through cuDNN             282 k        206 k
//	a step in one program, gates by halves      310 k          -
//	no CUDA graphs                              339 k        231 k
//	transformers, SDPA                          159 k         85 k
//	transformers, FlashAttention                164 k        122 k
//
// The last three rows are of one run, bench-gpu.json; the others are medians of
// four or five steps of earlier ones, in which transformers' rates were the same
// within two percent. What each change was:
//
//   - Local layers in blocks took 26 of 122 ms a step: the scores, in float32, are
//     written and read several times. cuDNN's fused attention has a window, which
//     reaches backwards only: with the queries moved by the window it is ours
//     (nn.Local, and backend.Window, since go-xla does not ask for one).
//   - The head took 23 ms: 99,574 is no multiple of 8, for which there are slow
//     kernels only (torch's take 17 ms), and the scores' exponentials were stored
//     in float32, too, since their sum wants them. Filled up to 99,584, and with
//     exponentials that are softmax already, it takes some 10.
//   - Derived gradients of a norm sum the rows twice and read what they are of
//     again each time: norms and residual sums took 22 ms, with gradients of their
//     own some 14 (nn.LayerNorm).
//   - The halves of the gated map have their gradients side by side, which XLA
//     makes in a kernel that computes both at every place: 4.4 ms. Products with
//     the halves' gradients want them apart (nn.GatedLinear): 3.2 ms.
//   - A program waits for its end, and reading a number for another: gradients,
//     their norm, and the update are one program where a step has one micro-batch
//     (train.Step). An update of a weight was a program of its own before.
//   - CUDA graphs (XLA's command buffers) are recorded again where buffers lie
//     elsewhere than before, as weights do after each update: 7 ms before a step's
//     first kernel. Off: backend.OpenNamed sets XLA_FLAGS.
//
// A profile of a step of 32 x 1,024 tokens, 88 ms of kernels in 94 ms: 29 ms
// products of the layers (some 750 TFLOP/s), 15.7 ms fused attention, 5.4 ms the
// head's products, 6.3 ms putting q's, k's and v's gradients side by side and
// turning them back, 32 ms all else that is bound by memory: norms, residual
// sums, the gated map, rotations, scores, the update. That is 303 TFLOP/s, 37 % of
// the measured peak (31 % of the 989 of the data sheet); at 8,192 tokens it is 328
// TFLOP/s, 40 %. The goal of 40 % at 1,024 lacks 8 ms: rotations and their
// gradients take 11 ms, for which reading and writing once would take 4, and the
// 6 ms outside of kernels would be hidden if go-xla did not wait. Since then
// rotations are written without paddings (rope.turn): of the compiled kernels
// one that turned queries had 236 lines and 8 branches, and has 104, none, and
// loads of several numbers at once; the gradients' had 718 and 48, and have 429
// and 12. What that gains was not measured yet.
//
// Memory is what the driver says of a process. XLA's allocator doubles what it
// asks for, so that 40.6 GiB are a bound from above: compiled for an H200, XLA
// plans 23.5 GiB for a step of 32 x 1,024 tokens and 23.3 for one of 4 x 8,192,
// weights and moments before and after it with them. With the allocator
// cuda_async the same step took 1.6 times as long.
package bench
