package ranks

import (
	"fmt"
	"os"
	"strconv"
	"strings"
)

// A launch describes the launcher of this process, read from its environment.
type launch struct {
	by      string // "mpirun" or "srun"; "" if the launcher is unknown
	rank    int
	size    int  // number of processes started together; 1 without a launcher
	managed bool // the launcher offers PMI or PMIx, by which ranks find each other
}

// readLaunch reads the variables that mpirun (Open MPI), mpiexec (MPICH) and
// srun set. Those of srun have the lowest priority: mpirun inside a Slurm job
// starts its own helpers with srun, and the program inherits their variables.
func readLaunch(environ []string) launch {
	values := map[string]string{}
	for _, assignment := range environ {
		if name, value, ok := strings.Cut(assignment, "="); ok {
			values[name] = value
		}
	}
	l := launch{size: 1}
	for _, name := range []string{"PMIX_RANK", "PMI_RANK", "PMI_FD"} {
		l.managed = l.managed || values[name] != ""
	}
	for _, known := range []struct{ by, rank, size string }{
		{"mpirun", "OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_SIZE"},
		{"mpiexec", "PMI_RANK", "PMI_SIZE"},
		{"srun", "SLURM_PROCID", "SLURM_STEP_NUM_TASKS"},
	} {
		size, err := strconv.Atoi(values[known.size])
		if err != nil || size < 1 {
			continue
		}
		l.by, l.size = known.by, size
		l.rank, _ = strconv.Atoi(values[known.rank])
		break
	}
	return l
}

// refuse returns the error for a process that is one of several and cannot
// find the others, before MPI starts.
func (l launch) refuse(library string) error {
	switch {
	case library == "":
		return l.failed(fmt.Errorf("this program was built without MPI: run scripts/setup --mpi on this host"))
	case l.by == "srun" && !l.managed:
		return l.failed(fmt.Errorf("srun offers no PMI, so the processes would not find each other: use srun --mpi=pmix (srun --mpi=list shows what there is), or mpirun inside sbatch"))
	}
	return nil
}

// apart returns the error for a process whose MPI group is smaller than the
// number of processes that its launcher started.
func (l launch) apart(library string, size int) error {
	return l.failed(fmt.Errorf("it found only %d: %s belongs to another MPI than this program (%s); use that MPI's launcher, or run scripts/setup --mpi with mpicc of the launcher's", size, l.by, library))
}

func (l launch) failed(err error) error {
	host, hostErr := os.Hostname()
	if hostErr != nil {
		host = "unknown host"
	}
	by := l.by
	if by == "" {
		by = "a launcher"
	}
	return fmt.Errorf("%s: %s started %d processes, this is number %d: %w", host, by, l.size, l.rank, err)
}
