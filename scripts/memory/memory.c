// A caching allocator for the large blocks that XLA takes on a CPU. scripts/setup
// builds it as a shared library, and scripts/env preloads it (LD_PRELOAD) for the
// program and the notebooks; MODERNBERT_MEMORY=off leaves it out.
//
// A training step takes and frees gigabytes, the same sizes at every step. glibc
// maps each block anew and the kernel clears it page by page, up to half of a
// small step, or glibc keeps a heap that grows to twice what is in use (package
// bench has the numbers). Here blocks of 1 MiB and more come from one mapping,
// each in the smallest hole that holds it. Pages of a hole go back to the system
// when it was not used for IDLE_SECONDS, checked whenever a block is taken
// or freed.
//
// The library replaces posix_memalign, aligned_alloc, free, realloc and
// malloc_usable_size, and C23's free_sized and free_aligned_sized. All other
// blocks are passed on to the next allocator, glibc's or one preloaded after this
// one. Where an allocator comes before this one, in the program itself or in
// LD_PRELOAD, init notices that calls do not arrive here, and the library serves
// no blocks. Nor does it where the system refuses the mapping.
#define _GNU_SOURCE // RTLD_NEXT
#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#ifndef IDLE_SECONDS // the test builds it with fewer
#define IDLE_SECONDS 120
#endif

enum { PAGE = 4096, LARGE = 1 << 20, HUGE_PAGE = 2 << 20 };

// A span is a run of pages, used or free. The spans are in the order of their
// addresses and leave no gap; no two free ones are neighbours.
struct span {
  size_t start, pages; // in pages from base
  int used;
  time_t freed; // when the hole's largest part was freed; 0 if its pages hold no memory
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int serves;           // set once, by init
static char *_Atomic base;   // of the mapping; NULL before the first large block
static size_t mapped;        // bytes from base
static int refused;          // the system refused the mapping
static struct span *spans;
static size_t count, room;   // of spans
static size_t touched;       // pages from base; those after them hold no memory
static time_t looked;        // when the holes were last looked through

// The next allocator's functions, found by find_next.
static int (*next_posix_memalign)(void **, size_t, size_t);
static void *(*next_aligned_alloc)(size_t, size_t);
static void (*next_free)(void *);
static void *(*next_realloc)(void *, size_t);
static size_t (*next_usable)(void *);
static atomic_int found;

static void find_next(void) {
  if (found) return;
  next_free = (void (*)(void *))dlsym(RTLD_NEXT, "free");
  next_posix_memalign = (int (*)(void **, size_t, size_t))dlsym(RTLD_NEXT, "posix_memalign");
  next_aligned_alloc = (void *(*)(size_t, size_t))dlsym(RTLD_NEXT, "aligned_alloc");
  next_realloc = (void *(*)(void *, size_t))dlsym(RTLD_NEXT, "realloc");
  next_usable = (size_t (*)(void *))dlsym(RTLD_NEXT, "malloc_usable_size");
  found = 1;
}

static time_t now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC_COARSE, &t);
  return t.tv_sec + 1; // 0 is taken
}

// map reserves twice the machine's memory of addresses; untouched pages take no
// memory.
static void map(void) {
  size_t bytes = 2 * (size_t)sysconf(_SC_PHYS_PAGES) * (size_t)sysconf(_SC_PAGESIZE);
  bytes = (bytes + HUGE_PAGE - 1) / HUGE_PAGE * HUGE_PAGE;
  char *p = mmap(NULL, bytes + HUGE_PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  room = 1024;
  spans = malloc(room * sizeof *spans);
  if (p == MAP_FAILED || spans == NULL) {
    refused = 1;
    return;
  }
  p = (char *)(((uintptr_t)p + HUGE_PAGE - 1) / HUGE_PAGE * HUGE_PAGE);
  madvise(p, bytes, MADV_HUGEPAGE); // fails where the system has no huge pages
  spans[0] = (struct span){0, bytes / PAGE, 0, 0};
  count = 1;
  mapped = bytes;
  base = p;
}

// grow makes room for one more span and tells whether there is some.
static int grow(void) {
  if (count < room) return 1;
  struct span *more = realloc(spans, 2 * room * sizeof *spans);
  if (more == NULL) return 0;
  spans = more;
  room *= 2;
  return 1;
}

// return_idle gives the pages of holes that were not used for IDLE_SECONDS back
// to the system; the lock is held.
static void return_idle(time_t t) {
  if (t - looked < IDLE_SECONDS) return;
  looked = t;
  uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE); // at least PAGE
  for (size_t i = 0; i < count; i++) {
    struct span *s = spans + i;
    if (s->used || s->freed == 0 || t - s->freed < IDLE_SECONDS) continue;
    uintptr_t from = (uintptr_t)base + s->start * PAGE, to = from + s->pages * PAGE;
    from = (from + page - 1) / page * page;
    to = to / page * page;
    if (from < to) madvise((void *)from, to - from, MADV_DONTNEED);
    s->freed = 0;
    if (s->start + s->pages >= touched) touched = s->start;
  }
}

// take returns a block from the smallest hole that holds it, or NULL.
static void *take(size_t alignment, size_t bytes) {
  if (!serves || bytes < LARGE || alignment > PAGE || bytes > SIZE_MAX - PAGE) return NULL;
  size_t pages = (bytes + PAGE - 1) / PAGE;
  char *block = NULL;
  pthread_mutex_lock(&lock);
  if (base == NULL && !refused) map();
  if (base != NULL && grow()) {
    return_idle(now());
    size_t best = count;
    for (size_t i = 0; i < count; i++)
      if (!spans[i].used && spans[i].pages >= pages && (best == count || spans[i].pages < spans[best].pages)) best = i;
    if (best < count) {
      struct span *s = spans + best;
      if (s->pages > pages) {
        memmove(s + 2, s + 1, (count - best - 1) * sizeof *s);
        s[1] = (struct span){s->start + pages, s->pages - pages, 0, s->freed};
        s->pages = pages;
        count++;
      }
      s->used = 1;
      if (s->start + pages > touched) touched = s->start + pages;
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

// find returns the index of the span that begins at p; the lock is held.
static size_t find(void *p) {
  size_t start = (size_t)((char *)p - base) / PAGE, low = 0, high = count;
  while (high - low > 1) {
    size_t middle = (low + high) / 2;
    if (spans[middle].start <= start) low = middle;
    else high = middle;
  }
  if (spans[low].start != start || !spans[low].used || ((uintptr_t)p & (PAGE - 1))) {
    static const char text[] = "memory.so: a block is freed twice, or a pointer is not a block's\n";
    (void)!write(2, text, sizeof text - 1);
    abort();
  }
  return low;
}

static size_t size_of(void *p) {
  pthread_mutex_lock(&lock);
  size_t bytes = spans[find(p)].pages * PAGE;
  pthread_mutex_unlock(&lock);
  return bytes;
}

// held returns how many of a hole's pages may hold memory.
static size_t held(const struct span *s) {
  size_t end = s->start + s->pages;
  if (end > touched) end = touched;
  return s->freed != 0 && end > s->start ? end - s->start : 0;
}

// give makes a block a hole, one with the holes beside it. The whole is as old as
// its largest part, so that small blocks do not keep a large hole in memory.
static void give(void *p) {
  time_t t = now();
  pthread_mutex_lock(&lock);
  return_idle(t);
  size_t i = find(p), first = i, last = i, largest = i;
  spans[i].used = 0;
  spans[i].freed = t;
  if (i > 0 && !spans[i - 1].used) first = i - 1;
  if (i + 1 < count && !spans[i + 1].used) last = i + 1;
  for (size_t k = first; k <= last; k++)
    if (held(spans + k) > held(spans + largest)) largest = k;
  spans[first].freed = spans[largest].freed;
  spans[first].pages = spans[last].start + spans[last].pages - spans[first].start;
  spans[first].used = 0;
  memmove(spans + first + 1, spans + last + 1, (count - last - 1) * sizeof *spans);
  count -= last - first;
  pthread_mutex_unlock(&lock);
}

// arrived has a bit for each of free, realloc and malloc_usable_size whose call
// by init arrives in this library.
static int probing, arrived;

int posix_memalign(void **out, size_t alignment, size_t bytes) {
  if (alignment % sizeof(void *) != 0 || alignment == 0 || (alignment & (alignment - 1)) != 0) return EINVAL;
  find_next();
  int before = errno;
  void *p = take(alignment, bytes);
  errno = before;
  if (p == NULL) return next_posix_memalign(out, alignment, bytes);
  *out = p;
  return 0;
}

void *aligned_alloc(size_t alignment, size_t bytes) {
  find_next();
  void *p = alignment != 0 && (alignment & (alignment - 1)) == 0 ? take(alignment, bytes) : NULL;
  return p != NULL ? p : next_aligned_alloc(alignment, bytes);
}

void free(void *p) {
  if (probing) arrived |= 1;
  if (!is_ours(p)) {
    find_next();
    next_free(p);
    return;
  }
  int before = errno;
  give(p);
  errno = before;
}

void free_sized(void *p, size_t bytes) {
  (void)bytes;
  free(p);
}

void free_aligned_sized(void *p, size_t alignment, size_t bytes) {
  (void)alignment, (void)bytes;
  free(p);
}

void *realloc(void *p, size_t bytes) {
  if (probing) arrived |= 2;
  if (p == NULL || !is_ours(p)) {
    find_next();
    return next_realloc(p, bytes);
  }
  if (bytes == 0) {
    free(p);
    return NULL;
  }
  size_t old = size_of(p);
  void *moved = malloc(bytes);
  if (moved == NULL) return NULL;
  memcpy(moved, p, old < bytes ? old : bytes);
  free(p);
  return moved;
}

size_t malloc_usable_size(void *p) {
  if (probing) arrived |= 4;
  if (p != NULL && is_ours(p)) return size_of(p);
  find_next();
  return next_usable(p);
}

// fork copies the memory of one thread only: it waits until no other thread
// holds the lock.
static void before_fork(void) { pthread_mutex_lock(&lock); }
static void after_fork(void) { pthread_mutex_unlock(&lock); }

// init runs before other libraries': so its handler runs last before a fork, and
// handlers that allocate do not wait for the lock.
__attribute__((constructor(101))) static void init(void) {
  find_next();
  if (next_free == NULL || next_posix_memalign == NULL || next_aligned_alloc == NULL || next_realloc == NULL || next_usable == NULL) return;
  void *(*volatile reallocate)(void *, size_t) = realloc; // volatile: the calls are not optimized away
  size_t (*volatile usable)(void *) = malloc_usable_size;
  void (*volatile release)(void *) = free;
  void *p = malloc(16);
  probing = 1;
  p = reallocate(p, 32);
  (void)usable(p);
  release(p);
  probing = 0;
  serves = arrived == 7 && pthread_atfork(before_fork, after_fork, after_fork) == 0;
}
