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
package bench
