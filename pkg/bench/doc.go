// Package bench measures speed and memory beside other programs.
//
// Each [Side] runs in a process of its own, so that its peak memory is its own.
// All get the same weights, batch and masks. After a warm-up, the values that they
// computed must agree before anything is timed; then they take turns. [Run] returns
// the rates of every turn, and tables show their median and range, because a
// single time means nothing on a machine that others use too.
//
// A side's process answers JSON lines on its standard input: prepare, step, end.
// Ours is [Serve], the others' is peer.py. They answer with seconds, the computed
// value and peak memory.
//
// [Peers] are transformers as it runs by default and its faster forms: compiled by
// torch; on a CPU, run by OpenVINO and ONNX Runtime; on CUDA, with FlashAttention,
// also compiled. Tables show our ratio to the fastest of them in each case. Peers
// run without the allocator of scripts/memory. OpenVINO 2026.4 computes NaN for a
// query that attends to nothing, as padding far from the text does in local
// layers, and the NaN spreads over the row: both engines get a finite mask instead.
//
// # Findings on a CPU
//
// Two cores of an AMD EPYC, XLA's CPU plugin, width 768, 6 layers, the whole
// vocabulary, float32, 4,096 tokens a step, nothing else running. A large matrix
// product reaches 184 GFLOP/s here and 187 in torch, in bfloat16 319 and 414; a
// loop of multiply-adds in registers 234 and 468.
//
// Memory. A step allocates and frees gigabytes. The C library returned their pages
// to the system each time, which took 21 % of the training time at 512 tokens and
// a third at 8,192; a page of 2 MiB costs 2 ms and more on a virtual machine.
// Settings of that allocator (large pages, higher thresholds, one arena) with XLA's
// temporaries in pieces of 64 MiB gained up to a fifth and held up to twice the
// memory in use. The allocator of scripts/memory keeps and places large blocks
// itself. Tokens a second and peak memory, medians of 8, 8 and 5 turns:
//
//	                          training, 1 x 512   forward, 8 x 512   training, 8 x 512
//	settings and pieces         249   5.0 GB         945   2.1 GB      408   8.3 GB
//	scripts/memory              377   3.5 GB       1,186   1.5 GB      464   5.7 GB
//	transformers                224   3.4 GB       1,154   2.5 GB      365   5.6 GB
//
// The weights are put on the device without a copy on the host (1.3 GB). Of the
// 5.7 GB at 8 x 512 tokens weights and moments are 1.4 GB, gradients and activations
// as XLA plans them 3.5; the rest holds the next weights and moments while the old
// ones live, and the program with its code.
//
// Products. The optimized HLO (XLA_FLAGS=--xla_dump_to) beside a profile shows what
// an XLA program computes, and with which library: the faster one takes products
// whose first operand is contracted over its last axis; the others go to an older
// one, which packs its operands and widens bfloat16 to float32. Changes that
// followed:
//
//   - A loss with several blocks of scores computes one block at a time. The forward
//     pass computed gradients for every block but the last, which it does not need
//     (nn.MaskedLMLossValue): 3.29 s before, 2.72 after at 8 x 512 tokens; in
//     bfloat16 2.11 and 1.79.
//   - GoMLX derives the gradients of a bfloat16 product as float32 products: 0.7 of
//     the 1.4 TFLOP of a step. With gradients of their own (nn.Linear) and operands
//     transposed for the faster library (transposedDot): 7.3 s before, 5.5 after.
//   - The backward pass of attention works on transposed scores, so that one of its
//     three products needs a transposed operand and not two: 31.3 s before, 28.2
//     after for a row of 8,192 tokens; 9.6 and 8.6 for 4 x 1,024.
//   - Sines and cosines of the rotations are constants; XLA computed them again at
//     every use: 350 … 353 tokens a second before, 363 … 367 after.
//   - The loss makes its gradients with its value, and of the scores' size it keeps
//     the scores and their exponentials alone (nn.MaskedLMLoss), where XLA kept four
//     such matrices: 5.04 GB before and 3.46 after at 8 x 512 tokens, 7.39 and 6.60
//     at 8,192, at the same speed. GoMLX's backend in Go gains time, too.
//   - Global layers of long rows are computed a head at a time, and a head some
//     queries at a time (nn.Global). Blocks of 128 queries of all heads read and
//     wrote the gradients of keys and values 64 times: 211 and 227 tokens a second
//     before, 241 and 250 after at 8,192 tokens.
//   - The encoder compiles another graph where that saves more than it costs. The
//     cost was 8,192 tokens for every model and is now estimated from its size:
//     against sentence-transformers at 6 layers 0.87 times as fast before (512
//     paragraphs), 1.19 times after (128 paragraphs).
//
// What did not help, or cost more than it gained:
//
//   - Other allocators, before scripts/memory: jemalloc that returns nothing 333 …
//     341 tokens a second with 9.4 GB where settings had 316 … 329, that returns
//     after three seconds 265 … 282; mimalloc 286 … 288.
//   - XLA's temporaries in pieces (xla_multiheap_size_constraint_per_heap) with
//     scripts/memory: no faster, and 2.1 GB instead of 1.5 in the forward pass.
//   - Barriers that keep XLA from storing the scores with and without the decoder's
//     bias: the CPU's compiler drops them. The highest score as a minimum of
//     integers, which vectorizes, instead of ArgMax: XLA stores those, too. The
//     label's score compared with the highest: no faster.
//   - The scores' exponentials transposed once for both gradients: no faster.
//
// Limits. In the forward pass of 6 x 512 tokens 81 % of the time is in the kernel of
// the matrix product, 8 % in compiled kernels, 1 % in the system. 4,096 tokens of
// training are 1.4 TFLOP: 7.4 s of a step's 8.7 at the rate of a large product. A
// factor of 1.5 over a program at two thirds of that rate is out of reach in
// float32; over transformers by default, which scores every position
// (train-default), it is 2.3 and more. A row of 8,192 tokens takes 28 to 31 s, where
// the rate at 512 would give 17.7: two global layers take some 10 s, half of it in
// products of 64 columns, whose operands are packed for little work, and in
// exponentials. A process's first two or three steps are slower than the others;
// cases of 22 layers with one row of 1,024 tokens got six repetitions for that.
//
// # Findings on a GPU
//
// An H200, base width, 22 layers, bfloat16 with float32 weights, 32,768 tokens a
// step, torch 2.11 and transformers 5.17. A large matrix product reaches 822 TFLOP/s
// in torch. (Ours says 560 to 660, because go-xla waits for every program; inside a
// step the products run as torch's do.) Tokens a second of training:
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
// The last three rows are of one run, bench-gpu.json, the others medians of four or
// five steps. The changes:
//
//   - Local layers in blocks took 26 of 122 ms a step, reading and writing float32
//     scores several times. cuDNN's fused attention has a window that reaches
//     backwards only; with the queries moved by the window it is ours (nn.Local,
//     backend.Window).
//   - The head took 23 ms: for 99,574, no multiple of 8, there are slow kernels only
//     (torch's take 17 ms), and the exponentials were stored in float32. Filled up
//     to 99,584, and with the softmax in place of exponentials, it takes some 10.
//   - Derived gradients of a norm sum the rows twice and read their inputs each time:
//     norms and residual sums took 22 ms, with gradients of their own some 14
//     (nn.LayerNorm).
//   - The gated map's two gradients side by side came from a kernel that computed
//     both at every place: 4.4 ms. Kept apart (nn.GatedLinear): 3.2 ms.
//   - A step of one micro-batch is one program (train.Step): each program, and each
//     number that is read, is waited for.
//   - CUDA graphs are recorded again where buffers have moved, as weights do in each
//     update: 7 ms before a step's first kernel. backend.OpenNamed switches them off.
//
// A step of 32 x 1,024 tokens has 88 ms of kernels in 94 ms: 29 ms for the layers'
// products (some 750 TFLOP/s), 15.7 ms fused attention, 5.4 ms the head's products,
// 6.3 ms putting the gradients of q, k and v side by side and turning them back, 32
// ms for all that is bound by memory. That is 303 TFLOP/s, 37 % of the measured peak
// (31 % of the 989 of the data sheet); 328 and 40 % at 8,192 tokens. The goal of 40 %
// at 1,024 lacks 8 ms: rotations and their gradients take 11 ms, of which reading
// and writing once would be 4, and the 6 ms outside of kernels would be hidden if
// go-xla did not wait. Rotations have since lost their paddings (rope.turn): their
// kernels have 104 lines instead of 236, and 429 instead of 718 for the gradients.
// What that gains has not been measured.
//
// Memory is what the driver says of a process. XLA's allocator doubles what it asks
// for, so the 40.6 GiB are a bound from above: compiled for an H200, XLA plans 23.5
// GiB for a step of 32 x 1,024 tokens and 23.3 for 4 x 8,192, with weights and
// moments before and after it. With the allocator cuda_async the step took 1.6
// times as long.
package bench
