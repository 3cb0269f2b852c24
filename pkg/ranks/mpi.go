//go:build mpi

package ranks

/*
#include <mpi.h>
#include <sched.h>
#include <stdlib.h>

// finish waits for a request for so many seconds; late is set when they are
// over. It yields the core between looks: ranks may have to share one.
static int finish(MPI_Request *request, double seconds, int *late) {
	double until = MPI_Wtime() + seconds;
	for (*late = 0;;) {
		int done = 0, err = MPI_Test(request, &done, MPI_STATUS_IGNORE);
		if (err != MPI_SUCCESS || done) return err;
		if (MPI_Wtime() > until) { *late = 1; return MPI_SUCCESS; }
		sched_yield();
	}
}

static int open_mpi(int *rank, int *size) {
	int level, err = MPI_Init_thread(NULL, NULL, MPI_THREAD_SERIALIZED, &level);
	if (err != MPI_SUCCESS) return err;
	MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_RETURN);
	if (level < MPI_THREAD_SERIALIZED) return MPI_ERR_OTHER;
	if ((err = MPI_Comm_rank(MPI_COMM_WORLD, rank)) != MPI_SUCCESS) return err;
	return MPI_Comm_size(MPI_COMM_WORLD, size);
}

static int tell(int rank, char b) { return MPI_Send(&b, 1, MPI_CHAR, rank, 0, MPI_COMM_WORLD); }

static int heard(int rank, char *b, int *there) {
	int err = MPI_Iprobe(rank, 0, MPI_COMM_WORLD, there, MPI_STATUS_IGNORE);
	if (err != MPI_SUCCESS || !*there) return err;
	return MPI_Recv(b, 1, MPI_CHAR, rank, 0, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
}

static int exchange(void *out, int *counts, int *offsets, void *in, int *received, int *places, double seconds, int *late) {
	MPI_Request request;
	int err = MPI_Ialltoallv(out, counts, offsets, MPI_BYTE, in, received, places, MPI_BYTE, MPI_COMM_WORLD, &request);
	return err != MPI_SUCCESS ? err : finish(&request, seconds, late);
}

static int share(void *all, int *counts, int *offsets, double seconds, int *late) {
	MPI_Request request;
	int err = MPI_Iallgatherv(MPI_IN_PLACE, 0, MPI_BYTE, all, counts, offsets, MPI_BYTE, MPI_COMM_WORLD, &request);
	return err != MPI_SUCCESS ? err : finish(&request, seconds, late);
}

static int pass(void *data, int n, double seconds, int *late) {
	MPI_Request request;
	int err = MPI_Ibcast(data, n, MPI_BYTE, 0, MPI_COMM_WORLD, &request);
	return err != MPI_SUCCESS ? err : finish(&request, seconds, late);
}

static int end_mpi(void) { return MPI_Finalize(); }
static void abort_mpi(void) { MPI_Abort(MPI_COMM_WORLD, 1); }
*/
import "C"

import (
	"errors"
	"strings"
	"time"
	"unsafe"
)

// Library returns the name and version of the MPI in this program: "Open MPI
// v4.1.4".
func Library() string {
	text := (*C.char)(C.malloc(C.MPI_MAX_LIBRARY_VERSION_STRING + 1))
	defer C.free(unsafe.Pointer(text))
	var n C.int
	if C.MPI_Get_library_version(text, &n) != C.MPI_SUCCESS {
		return "MPI"
	}
	name, _, _ := strings.Cut(C.GoStringN(text, n), ",")
	name, _, _ = strings.Cut(name, "\n")
	return strings.Join(strings.Fields(name), " ")
}

// world is MPI_COMM_WORLD. C's functions keep no pointer to Go's memory: each
// returns when its request is done.
type world struct{ rank, size int }

func connect() (transport, error) {
	var rank, size C.int
	if err := check(C.open_mpi(&rank, &size)); err != nil {
		return nil, err
	}
	return world{int(rank), int(size)}, nil
}

// check turns an MPI error code into an error.
func check(code C.int) error {
	if code == C.MPI_SUCCESS {
		return nil
	}
	text := (*C.char)(C.malloc(C.MPI_MAX_ERROR_STRING + 1))
	defer C.free(unsafe.Pointer(text))
	var n C.int
	C.MPI_Error_string(code, text, &n)
	return errors.New("MPI: " + C.GoStringN(text, n))
}

func ended(code, late C.int) error {
	if err := check(code); err != nil {
		return err
	}
	if late != 0 {
		return errLate
	}
	return nil
}

func (w world) place() (rank, size int) { return w.rank, w.size }

func (w world) tell(rank int, b byte) error { return check(C.tell(C.int(rank), C.char(b))) }

func (w world) heard(rank int) (byte, bool, error) {
	var b C.char
	var there C.int
	err := check(C.heard(C.int(rank), &b, &there))
	return byte(b), there != 0, err
}

func (w world) exchange(in, out []byte, bounds []int, patience time.Duration) error {
	counts, offsets := lengths(bounds)
	received, places := make([]C.int, w.size), make([]C.int, w.size)
	for i := range received {
		received[i] = counts[w.rank]
		places[i] = C.int(i) * counts[w.rank]
	}
	var late C.int
	return ended(C.exchange(pointer(out), &counts[0], &offsets[0], pointer(in), &received[0], &places[0], C.double(patience.Seconds()), &late), late)
}

func (w world) share(all []byte, bounds []int, patience time.Duration) error {
	counts, offsets := lengths(bounds)
	var late C.int
	return ended(C.share(pointer(all), &counts[0], &offsets[0], C.double(patience.Seconds()), &late), late)
}

func (w world) pass(data []byte, patience time.Duration) error {
	var late C.int
	return ended(C.pass(pointer(data), C.int(len(data)), C.double(patience.Seconds()), &late), late)
}

func (w world) end() error { return check(C.end_mpi()) }
func (w world) abort()     { C.abort_mpi() }

// lengths returns the counts and offsets of the parts between bounds, as MPI
// takes them.
func lengths(bounds []int) (counts, offsets []C.int) {
	for i, from := range bounds[:len(bounds)-1] {
		counts = append(counts, C.int(bounds[i+1]-from))
		offsets = append(offsets, C.int(from))
	}
	return counts, offsets
}

func pointer(b []byte) unsafe.Pointer { return unsafe.Pointer(unsafe.SliceData(b)) }
