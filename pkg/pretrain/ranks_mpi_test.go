//go:build mpi

package pretrain

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"llmjp.internal/modernbert/pkg/backend"
	"llmjp.internal/modernbert/pkg/result"
	"llmjp.internal/modernbert/pkg/run"
)

// A launch is a run on several ranks under mpirun.
type launch struct {
	ranks   int
	carrier string   // Open MPI's btl; "": its own choice
	environ []string // more of an environment; CORES_K=LIST runs rank K on these cores alone
	others  *Options // of the ranks other than 0; nil: the same
}

// start starts the ranks. pid waits until a rank runs and returns its process
// number; done receives mpirun's error, with the output of all ranks.
func (l launch) start(t testing.TB, opt Options) (pid func(rank int) int, done <-chan error) {
	t.Helper()
	encoded := func(opt Options) string {
		data, err := json.Marshal(childOf(opt))
		if err != nil {
			t.Fatal(err)
		}
		return string(data)
	}
	others := opt
	if l.others != nil {
		others = *l.others
	}
	pids := t.TempDir()
	script := `echo $$ >"$PIDS/$OMPI_COMM_WORLD_RANK.part" && mv "$PIDS/$OMPI_COMM_WORLD_RANK.part" "$PIDS/$OMPI_COMM_WORLD_RANK"
[ "$OMPI_COMM_WORLD_RANK" = 0 ] || export ` + childEnv + `="$OTHERS"
eval "cores=\${CORES_$OMPI_COMM_WORLD_RANK:-}"
exec ${cores:+taskset -c "$cores"} "$0"`
	args := []string{"--bind-to", "none", "--oversubscribe", "-n", strconv.Itoa(l.ranks)}
	if l.carrier != "" {
		args = append(args, "--mca", "btl", l.carrier)
	}
	cmd := exec.Command("mpirun", append(args, "/bin/sh", "-c", script, os.Args[0])...)
	cmd.Env = append(append(os.Environ(), l.environ...), "PIDS="+pids, childEnv+"="+encoded(opt), "OTHERS="+encoded(others),
		"OMPI_ALLOW_RUN_AS_ROOT=1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1")
	var output bytes.Buffer
	cmd.Stdout, cmd.Stderr = &output, &output
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() {
		err := cmd.Wait()
		if err != nil {
			err = fmt.Errorf("%w: %s", err, output.String())
		}
		ended <- err
	}()
	return func(rank int) int {
		for deadline := time.Now().Add(time.Minute); ; time.Sleep(time.Millisecond) {
			data, err := os.ReadFile(filepath.Join(pids, strconv.Itoa(rank)))
			if err == nil {
				pid, err := strconv.Atoi(strings.TrimSpace(string(data)))
				if err != nil {
					t.Fatal(err)
				}
				return pid
			}
			if time.Now().After(deadline) {
				t.Fatal(err)
			}
		}
	}, ended
}

func (l launch) run(t testing.TB, opt Options) {
	t.Helper()
	_, done := l.start(t, opt)
	if err := <-done; err != nil {
		t.Fatal(err)
	}
}

// ranked is a run with parts of several rows, of which the last ranks have
// fewer.
func ranked(t *testing.T, assignments ...string) Options {
	return withValidation(t, options(t, append(append([]string{}, small...),
		append([]string{"batch_size=7", "micro_tokens=96", "lengths=16,32", "eval_documents=0"}, assignments...)...)...))
}

// closeTo compares the losses of two runs on different numbers of ranks, and
// their first evaluation, of equal weights, bit for bit.
func closeTo(t *testing.T, name, want, got string) {
	t.Helper()
	a, b := untimed(t, want), untimed(t, got)
	if len(a) != len(b) {
		t.Fatalf("%s: %d lines, want %d", name, len(b), len(a))
	}
	for i := range a {
		near(t, name+" loss", b[i].Loss, a[i].Loss, 1e-6)
		near(t, name+" grad_norm", b[i].GradNorm, a[i].GradNorm, 1e-5)
		if a[i].MaskedTokens != b[i].MaskedTokens || a[i].Tokens != b[i].Tokens || a[i].LR != b[i].LR {
			t.Errorf("%s: step %d is of another batch: %+v, want %+v", name, i+1, b[i], a[i])
		}
	}
	x := readLines[result.Evaluation](t, filepath.Join(want, run.EvalFile))
	y := readLines[result.Evaluation](t, filepath.Join(got, run.EvalFile))
	if len(x) != len(y) || x[0].Loss != y[0].Loss || x[0].Accuracy != y[0].Accuracy {
		t.Errorf("%s: evaluations %+v, want %+v", name, y, x)
	}
}

// Two and three ranks make the steps of one process; two runs on two ranks are
// equal bit for bit, whatever carries the messages.
func TestRanks(t *testing.T) {
	one, two, again, three := ranked(t), ranked(t), ranked(t), ranked(t)
	mustRun(t, one)
	launch{ranks: 2, carrier: "vader,self"}.run(t, two)
	launch{ranks: 2, carrier: "tcp,self"}.run(t, again)
	launch{ranks: 3}.run(t, three)
	same(t, two.Output, again.Output, 8)
	closeTo(t, "2 ranks", one.Output, two.Output)
	closeTo(t, "3 ranks", one.Output, three.Output)
}

// Gradients may travel in bfloat16: another setting, and other numbers.
func TestWire(t *testing.T) {
	float, half := ranked(t, "total_steps=3"), ranked(t, "total_steps=3", "wire=bfloat16")
	launch{ranks: 2}.run(t, float)
	launch{ranks: 2}.run(t, half)
	a, b := untimed(t, float.Output), untimed(t, half.Output)
	if a[0].Loss != b[0].Loss || a[2].Loss == b[2].Loss {
		t.Errorf("losses %v in float32, %v in bfloat16", a, b)
	}
	for i := range a {
		near(t, "loss", b[i].Loss, a[i].Loss, 1e-3)
	}
}

// Two ranks of two devices each.
func TestRanksOfDevices(t *testing.T) {
	b, err := backend.Open()
	if err != nil {
		t.Fatal(err)
	}
	if backend.Kind(b) != "xla:cpu" {
		t.Skip("the CPU's virtual devices are XLA's")
	}
	one, four := ranked(t, "total_steps=4"), ranked(t, "total_steps=4")
	mustRun(t, one)
	four.Devices = 2
	launch{ranks: 2, environ: []string{"XLA_FLAGS=--xla_force_host_platform_device_count=2"}}.run(t, four)
	closeTo(t, "2 ranks of 2 devices", one.Output, four.Output)
}

// A run goes on with another number of ranks: nothing in it depends on theirs.
func TestRanksChange(t *testing.T) {
	one, changing := ranked(t), ranked(t)
	mustRun(t, one)
	changing.Steps = 3
	launch{ranks: 2}.run(t, changing)
	changing.Steps = 5
	mustRun(t, changing)
	changing.Steps = 0
	launch{ranks: 3}.run(t, changing)
	closeTo(t, "2, 1 and 3 ranks", one.Output, changing.Output)
}

// Ranks that are killed by SIGKILL at random moments, in steps and in
// checkpoints, give the run that nobody disturbed. Each time all others end.
func TestKilledRanks(t *testing.T) {
	whole, killed := ranked(t), ranked(t)
	launch{ranks: 2}.run(t, whole)
	seed := time.Now().UnixNano()
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(uint64(seed), 0))
	const kills = 4
	for n := 0; ; n++ {
		pid, done := launch{ranks: 2}.start(t, killed)
		other := pid(1 - n%2)
		err, ended := wait(killed.Output, done, 1+random.IntN(12), n < kills)
		if ended {
			if err != nil {
				t.Fatal(err)
			}
			break
		}
		if err := syscall.Kill(pid(n%2), syscall.SIGKILL); err != nil {
			t.Log(err)
		}
		if err := <-done; err == nil {
			t.Error("mpirun ended in order although a rank was killed")
		}
		ends(t, other)
	}
	same(t, whole.Output, killed.Output, 8)
}

// ends waits until a rank's process has ended, or is a zombie.
func ends(t *testing.T, pid int) {
	t.Helper()
	for deadline := time.Now().Add(30 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
		if err != nil || strings.Contains(string(stat), ") Z ") {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("process %d goes on", pid)
		}
	}
}

// SIGTERM to one rank ends the step on all and saves; the run goes on exactly.
func TestTerminatedRank(t *testing.T) {
	whole, stopped := ranked(t), ranked(t)
	launch{ranks: 2}.run(t, whole)
	pid, done := launch{ranks: 2}.start(t, stopped)
	if _, ended := wait(stopped.Output, done, 6, true); ended {
		t.Fatal("the run ended before the signal")
	}
	if err := syscall.Kill(pid(1), syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := <-done; err == nil || strings.Count(err.Error(), "stopped after step") != 1 {
		t.Fatalf("after SIGTERM: %v", err)
	}
	launch{ranks: 2}.run(t, stopped)
	same(t, whole.Output, stopped.Output, 8)
}

// A disk that fills on rank 0 ends all ranks with rank 0's line. With room the
// same command goes on, bit for bit.
func TestDiskFullOnRankZero(t *testing.T) {
	whole, full := ranked(t), ranked(t)
	launch{ranks: 2}.run(t, whole)
	// The first two checkpoints have room, of some 10 and 22 MB; the third has not.
	remount := smallDisk(t, full.Output, "size=40m")
	pid, done := launch{ranks: 2}.start(t, full)
	other := pid(1)
	const want = "no space left for the checkpoint of step 4"
	if err := <-done; err == nil || strings.Count(err.Error(), want) != 1 || strings.Contains(err.Error(), "rank 1 on ") {
		t.Fatalf("error %v, want %q once, from rank 0 alone", err, want)
	}
	ends(t, other)
	if left, _ := filepath.Glob(filepath.Join(full.Output, run.Staying, ".*.tmp")); len(left) > 0 {
		t.Errorf("left half written: %v", left)
	}
	remount(0, "size=200m")
	launch{ranks: 2}.run(t, full)
	same(t, whole.Output, full.Output, 8)
}

// A rank that hangs is named by the watchdog, and all end.
func TestHangingRank(t *testing.T) {
	opt := ranked(t, "total_steps=5000", "watchdog_seconds=3")
	pid, done := launch{ranks: 2}.start(t, opt)
	if _, ended := wait(opt.Output, done, 8, true); ended {
		t.Fatal("the run ended too soon")
	}
	if err := syscall.Kill(pid(1), syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	select {
	case err := <-done:
		if err == nil || !strings.Contains(err.Error(), "rank 1 on ") || !strings.Contains(err.Error(), "has not answered for 3s") {
			t.Errorf("%v", err)
		}
	case <-time.After(5 * time.Minute): // a busy machine compiles for long
		t.Error("the run hangs")
	}
}

// Ranks that do not belong together are refused, with their hosts' names, and
// nothing is written.
func TestRefusedRanks(t *testing.T) {
	host, err := os.Hostname()
	if err != nil {
		t.Fatal(err)
	}
	opt := ranked(t)
	_, done := startChild(t, childOf(opt), "PMI_SIZE=2", "PMI_RANK=0")
	if err := <-done; err == nil || !strings.Contains(err.Error(), host+": mpiexec started 2 processes, this is number 0: it found only 1") {
		t.Errorf("a singleton: %v", err)
	}
	if _, err := os.Stat(opt.Output); err == nil {
		t.Error("a singleton wrote the run")
	}
	for name, test := range map[string]struct {
		change func(*Options)
		want   string
	}{
		"another text": {func(o *Options) { o.Data = []string{writeTexts(t, 41)} },
			"rank 0 on " + host + " and rank 1 on " + host + " differ in the digest of the training text's tokens"},
		"no text": {func(o *Options) { o.Data = []string{"/no/such/text.jsonl"} }, "rank 1 on " + host + ": training text: "},
		"another validation text": {func(o *Options) { o.Valid = []string{writeTexts(t, 7)} },
			"differ in the digest of the validation text's tokens"},
		"another setting": {func(o *Options) { o.Settings.LR = 1 },
			"rank 1 on " + host + " was started with other settings than rank 0 on " + host + ": lr = 1 (there 0.01); start all with the same command"},
	} {
		opt, other := ranked(t), ranked(t)
		other.Output = opt.Output
		test.change(&other)
		_, done := launch{ranks: 2, others: &other}.start(t, opt)
		err := <-done
		if err == nil || strings.Count(err.Error(), test.want) != 1 {
			t.Errorf("%s: %v, want %s once", name, err, test.want)
		}
		if _, err := os.Stat(filepath.Join(opt.Output, run.File)); err == nil {
			t.Errorf("%s: run.json was written", name)
		}
	}
}

// The batches that two ranks dump are one process's, and ten steps on them are
// torch's.
func TestTenStepsOfRanksEqualTorch(t *testing.T) {
	one := t.TempDir()
	equalTorch(t, func(opt Options) string {
		alone := opt
		alone.Output, alone.DumpBatches = filepath.Join(t.TempDir(), "run"), one
		mustRun(t, alone)
		opt.DumpBatches = t.TempDir()
		launch{ranks: 2}.run(t, opt)
		for step := 1; step <= 10; step++ {
			name := fmt.Sprintf("step-%06d.safetensors", step)
			x, err := os.ReadFile(filepath.Join(one, name))
			if err != nil {
				t.Fatal(err)
			}
			if y, err := os.ReadFile(filepath.Join(opt.DumpBatches, name)); err != nil || !bytes.Equal(x, y) {
				t.Fatalf("the batch of step %d differs: %v", step, err)
			}
		}
		return filepath.Join(opt.Output, run.Staying, run.StepName(10))
	})
}
