#define _GNU_SOURCE // RTLD_NEXT
#include <features.h>
#ifdef __GLIBC__

#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "blocks.h"

extern void *__libc_memalign(size_t alignment, size_t bytes);
extern void *__libc_malloc(size_t bytes);
extern void *__libc_realloc(void *p, size_t bytes);
extern void __libc_free(void *p);

enum { PAGE = 4096, LARGE = 1 << 20, HUGE_PAGE = 2 << 20 };

// A span is a run of pages, used or free. The spans are in the order of their
// addresses and leave no gap; no two free ones are neighbours.
struct span {
  size_t start, pages; // from the base, in pages
  size_t used;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static char *_Atomic base; // of the mapping; NULL before the first large block
static size_t mapped;      // bytes from base
static int refused;        // there is no mapping, and will be none
static struct span *spans;
static size_t count, room;
static size_t used_pages, touched_pages;

// map makes the mapping, twice the machine's memory of addresses: pages that
// nobody writes to take none.
static void map(void) {
  size_t bytes = 2 * (size_t)sysconf(_SC_PHYS_PAGES) * (size_t)sysconf(_SC_PAGESIZE);
  bytes = (bytes + HUGE_PAGE - 1) / HUGE_PAGE * HUGE_PAGE;
  char *p = mmap(NULL, bytes + HUGE_PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  room = 1024;
  spans = __libc_malloc(room * sizeof *spans);
  if (p == MAP_FAILED || spans == NULL) {
    refused = 1;
    return;
  }
  p = (char *)(((uintptr_t)p + HUGE_PAGE - 1) / HUGE_PAGE * HUGE_PAGE);
  madvise(p, bytes, MADV_HUGEPAGE); // where the system has none, small ones do
  spans[0] = (struct span){0, bytes / PAGE, 0};
  count = 1;
  mapped = bytes;
  base = p;
}

// take gives a block from the smallest hole that holds it, or NULL.
static void *take(size_t bytes) {
  size_t pages = (bytes + PAGE - 1) / PAGE;
  char *block = NULL;
  pthread_mutex_lock(&lock);
  if (base == NULL && !refused) map();
  if (base != NULL && count == room) {
    struct span *more = __libc_realloc(spans, 2 * room * sizeof *spans);
    if (more != NULL) spans = more, room *= 2;
  }
  if (base != NULL && count < room) {
    size_t best = count;
    for (size_t i = 0; i < count; i++)
      if (!spans[i].used && spans[i].pages >= pages && (best == count || spans[i].pages < spans[best].pages)) best = i;
    if (best < count) {
      struct span *s = spans + best;
      if (s->pages > pages) {
        memmove(s + 2, s + 1, (count - best - 1) * sizeof *s);
        s[1] = (struct span){s->start + pages, s->pages - pages, 0};
        s->pages = pages;
        count++;
      }
      s->used = 1;
      used_pages += pages;
      if (s->start + pages > touched_pages) touched_pages = s->start + pages;
      block = base + s->start * PAGE;
    }
  }
  pthread_mutex_unlock(&lock);
  return block;
}

static int is_ours(void *p) {
  char *b = base;
  return b != NULL && (char *)p >= b && (char *)p < b + mapped;
}

// find gives the index of the span that begins at p; the lock is held.
static size_t find(void *p) {
  size_t start = (size_t)((char *)p - base) / PAGE, low = 0, high = count;
  while (high - low > 1) {
    size_t middle = (low + high) / 2;
    if (spans[middle].start <= start) low = middle;
    else high = middle;
  }
  if (spans[low].start != start || !spans[low].used || ((uintptr_t)p & (PAGE - 1))) abort(); // freed twice, or never given
  return low;
}

static size_t size_of(void *p) {
  pthread_mutex_lock(&lock);
  size_t bytes = spans[find(p)].pages * PAGE;
  pthread_mutex_unlock(&lock);
  return bytes;
}

// give makes a block a hole, one with the holes beside it.
static void give(void *p) {
  pthread_mutex_lock(&lock);
  size_t i = find(p), first = i, last = i;
  spans[i].used = 0;
  used_pages -= spans[i].pages;
  if (i > 0 && !spans[i - 1].used) first = i - 1;
  if (i + 1 < count && !spans[i + 1].used) last = i + 1;
  spans[first].pages = spans[last].start + spans[last].pages - spans[first].start;
  memmove(spans + first + 1, spans + last + 1, (count - last - 1) * sizeof *spans);
  count -= last - first;
  pthread_mutex_unlock(&lock);
}

// What follows takes the place of the C library's functions in the program and
// in every library that it loads.

int posix_memalign(void **out, size_t alignment, size_t bytes) {
  if (alignment % sizeof(void *) != 0 || alignment == 0 || (alignment & (alignment - 1)) != 0) return EINVAL;
  void *p = bytes >= LARGE && alignment <= PAGE ? take(bytes) : NULL;
  if (p == NULL) p = __libc_memalign(alignment, bytes);
  if (p == NULL) return ENOMEM;
  *out = p;
  return 0;
}

void *aligned_alloc(size_t alignment, size_t bytes) {
  void *p = bytes >= LARGE && alignment <= PAGE ? take(bytes) : NULL;
  return p != NULL ? p : __libc_memalign(alignment, bytes);
}

void free(void *p) {
  if (!is_ours(p)) {
    __libc_free(p);
    return;
  }
  int before = errno;
  give(p);
  errno = before;
}

void *realloc(void *p, size_t bytes) {
  if (p == NULL || !is_ours(p)) return __libc_realloc(p, bytes);
  if (bytes == 0) {
    free(p);
    return NULL;
  }
  size_t old = size_of(p);
  void *moved = __libc_malloc(bytes);
  if (moved == NULL) return NULL;
  memcpy(moved, p, old < bytes ? old : bytes);
  free(p);
  return moved;
}

// The C library keeps a block's size before it and has no other name for this.
size_t malloc_usable_size(void *p) {
  static size_t (*_Atomic theirs)(void *);
  if (p != NULL && is_ours(p)) return size_of(p);
  if (theirs == NULL) theirs = (size_t (*)(void *))dlsym(RTLD_NEXT, "malloc_usable_size");
  return theirs(p);
}

void memory_held(size_t *in_use, size_t *held) {
  pthread_mutex_lock(&lock);
  *in_use = used_pages * PAGE;
  *held = touched_pages * PAGE;
  pthread_mutex_unlock(&lock);
}

int memory_works(void) {
  pthread_mutex_lock(&lock);
  if (base == NULL && !refused) map();
  pthread_mutex_unlock(&lock);
  return base != NULL;
}

#else

#include "blocks.h"
int memory_works(void) { return 0; }
void memory_held(size_t *in_use, size_t *held) { *in_use = *held = 0; }

#endif
