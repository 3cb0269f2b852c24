#include <stddef.h>

// memory_held says how many bytes of large blocks are in use, and how many are
// held: the span from the first block to the end of the furthest that was ever
// given.
void memory_held(size_t *in_use, size_t *held);
