// Tests memory.c: test yes|no CASE. "yes" says that the preloaded library must
// serve large blocks, "no" that it must not. It prints what is wrong and exits 1.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <malloc.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MIB = 1 << 20 };

#define CHECK(what) \
  do { \
    if (!(what)) { \
      fprintf(stderr, "test.c:%d: not true: %s\n", __LINE__, #what); \
      exit(1); \
    } \
  } while (0)

static int served; // by memory.c

static char *take(size_t bytes) {
  void *p = NULL;
  CHECK(posix_memalign(&p, 64, bytes) == 0 && (uintptr_t)p % 64 == 0);
  memset(p, 1, bytes);
  return p;
}

// usable is checked, since glibc's and jemalloc's blocks of this size have other sizes.
static int ours(void) {
  char *p = take(MIB + 5);
  int answer = malloc_usable_size(p) == MIB + 4096;
  free(p);
  return answer;
}

static void test_holes(void) { // a hole is used again, and the smallest one that fits
  char *wide = take(10 * MIB), *a = take(MIB), *narrow = take(3 * MIB), *b = take(MIB);
  free(wide);
  free(narrow);
  char *again = take(2 * MIB);
  if (served) CHECK(again == narrow);
  free(again);
  free(a);
  free(b);
  char *all = take(15 * MIB); // the holes are one again
  if (served) CHECK(all == wide);
  free(all);
}

static void test_calls(void) {
  void *p = NULL;
  volatile size_t most = SIZE_MAX; // not known to the compiler
  for (size_t less = 0; less < 9000; less += 99) {
    CHECK(posix_memalign(&p, 64, most - less) == ENOMEM && p == NULL);
    CHECK(aligned_alloc(64, (most - less) & ~(size_t)63) == NULL);
  }
  CHECK(posix_memalign(&p, 48, MIB) == EINVAL);
  CHECK(posix_memalign(&p, 64, 100) == 0 && malloc_usable_size(p) < MIB);
  free(p);
  CHECK(posix_memalign(&p, 1 << 16, 2 * MIB) == 0 && (uintptr_t)p % (1 << 16) == 0);
  free(p);
  free(NULL);

  char *q = take(2 * MIB);
  q[2 * MIB - 1] = 7;
  q = realloc(q, 3 * MIB);
  CHECK(q[0] == 1 && q[2 * MIB - 1] == 7);
  free(q);
  q = reallocarray(take(2 * MIB), 5 * MIB, 1); // glibc's calls realloc
  CHECK(q[2 * MIB - 1] == 1);
  free(q);
  q = realloc(take(2 * MIB), 10);
  CHECK(q[9] == 1);
  free(q);

  char *line = take(MIB); // glibc's getline reallocs its buffer
  size_t room = 2;
  FILE *f = fopen("/proc/self/status", "r");
  CHECK(f != NULL && getline(&line, &room, f) > 2);
  fclose(f);
  free(line);

  void (*free_sized)(void *, size_t) = (void (*)(void *, size_t))dlsym(RTLD_DEFAULT, "free_sized");
  void (*free_aligned_sized)(void *, size_t, size_t) = (void (*)(void *, size_t, size_t))dlsym(RTLD_DEFAULT, "free_aligned_sized");
  CHECK(!served || (free_sized != NULL && free_aligned_sized != NULL));
  if (free_sized != NULL) free_sized(take(MIB), MIB), free_sized(malloc(20), 20);
  if (free_aligned_sized != NULL) free_aligned_sized(take(MIB), 64, MIB);
}

static void *mark(void *arg) { // blocks hold what their owner wrote
  struct { uint64_t *words, count, mark; } live[8];
  unsigned seed = (unsigned)(uintptr_t)arg;
  size_t n = 0;
  for (uint64_t i = 0; i < 60000 || n > 0; i++) {
    if (n == 8 || i >= 60000 || (n > 0 && rand_r(&seed) % 3 == 0)) {
      size_t k = (size_t)rand_r(&seed) % n;
      for (size_t j = 0; j < live[k].count; j += 1 << 16) CHECK(live[k].words[j] == live[k].mark);
      free(live[k].words);
      live[k] = live[--n];
      continue;
    }
    live[n].count = MIB / 8 + (size_t)rand_r(&seed) % MIB;
    live[n].mark = (uint64_t)(uintptr_t)arg << 32 | i;
    void *p = NULL;
    CHECK(posix_memalign(&p, 64, 8 * live[n].count) == 0);
    live[n].words = p;
    for (size_t j = 0; j < live[n].count; j += 1 << 16) live[n].words[j] = live[n].mark;
    n++;
  }
  return NULL;
}

static void test_threads(void) {
  pthread_t threads[8];
  for (size_t i = 0; i < 8; i++) CHECK(pthread_create(threads + i, NULL, mark, (void *)(i + 1)) == 0);
  for (size_t i = 0; i < 8; i++) CHECK(pthread_join(threads[i], NULL) == 0);
}

static volatile int stop;

static void *churn(void *arg) {
  while (!stop) {
    void *p = NULL;
    CHECK(posix_memalign(&p, 64, 2 * MIB) == 0);
    free(p);
  }
  return arg;
}

static void test_fork(void) { // while other threads allocate
  pthread_t threads[4];
  for (size_t i = 0; i < 4; i++) CHECK(pthread_create(threads + i, NULL, churn, NULL) == 0);
  for (int i = 0; i < 150; i++) {
    pid_t child = fork();
    CHECK(child >= 0);
    if (child == 0) {
      alarm(10); // ends a child that hangs
      free(take(3 * MIB));
      _exit(0);
    }
    int status = 0;
    CHECK(waitpid(child, &status, 0) == child && status == 0);
  }
  stop = 1;
  for (size_t i = 0; i < 4; i++) CHECK(pthread_join(threads[i], NULL) == 0);
}

static size_t resident(void) { // MiB
  FILE *f = fopen("/proc/self/statm", "r");
  size_t total = 0, pages = 0;
  CHECK(f != NULL && fscanf(f, "%zu %zu", &total, &pages) == 2);
  fclose(f);
  return pages * (size_t)sysconf(_SC_PAGESIZE) / MIB;
}

static void test_shrink(void) { // of a library with IDLE_SECONDS=2
  char *held = take(300 * MIB), *kept = take(200 * MIB);
  free(held);
  free(take(MIB));
  if (served) CHECK(resident() > 500);
  sleep(5);
  free(take(MIB)); // looks through the holes
  CHECK(resident() < 350);
  for (size_t i = 0; i < 200 * MIB; i += 4096) CHECK(kept[i] == 1);
  free(kept);
  held = take(300 * MIB); // and the hole serves again
  CHECK(held[300 * MIB - 1] == 1);
  free(held);
}

int main(int argc, char **argv) {
  CHECK(argc == 3);
  served = strcmp(argv[1], "yes") == 0;
  CHECK(ours() == served);
  struct { const char *name; void (*run)(void); } tests[] = {
    {"holes", test_holes}, {"calls", test_calls}, {"threads", test_threads}, {"fork", test_fork}, {"shrink", test_shrink},
  };
  for (size_t i = 0; i < sizeof tests / sizeof *tests; i++)
    if (strcmp(tests[i].name, argv[2]) == 0) {
      tests[i].run();
      return 0;
    }
  fprintf(stderr, "no test %s\n", argv[2]);
  return 1;
}
