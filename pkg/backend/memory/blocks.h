#include <stddef.h>

// memory_held says how many bytes of large blocks are in use, and how many are
// held: the span from the first block to the end of the furthest that was ever
// given.
void memory_held(size_t *in_use, size_t *held);

// memory_works says whether large blocks are kept: not without glibc, nor where
// the system refused the mapping.
int memory_works(void);
