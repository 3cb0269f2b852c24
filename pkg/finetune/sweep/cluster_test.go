package sweep

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// slurmConf is a cluster of this machine alone.
const slurmConf = `ClusterName=test
SlurmctldHost=%[1]s(127.0.0.1)
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket=%[2]s/munge.sock
CredType=cred/munge
ProctrackType=proctrack/pgid
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
ReturnToService=2
MpiDefault=none
SlurmctldPort=%[3]d
SlurmdPort=%[4]d
StateSaveLocation=%[2]s/state
SlurmdSpoolDir=%[2]s/spool
SlurmctldPidFile=%[2]s/slurmctld.pid
SlurmdPidFile=%[2]s/slurmd.pid
SlurmctldLogFile=%[2]s/slurmctld.log
SlurmdLogFile=%[2]s/slurmd.log
JobAcctGatherType=jobacct_gather/none
NodeName=%[1]s NodeAddr=127.0.0.1 CPUs=2 State=UNKNOWN
PartitionName=test Nodes=ALL Default=YES MaxTime=INFINITE State=UP
`

// startSlurm starts a real Slurm with one node, this machine, for one test.
func startSlurm(t *testing.T) {
	t.Helper()
	for _, program := range []string{"munged", "slurmctld", "slurmd", "sbatch", "squeue", "sinfo"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Skipf("%s is not installed (Debian: apt-get install slurm-wlm munge)", program)
		}
	}
	if os.Getuid() != 0 {
		t.Skip("only root can start a Slurm of its own")
	}
	dir := t.TempDir()
	for _, name := range []string{"state", "spool"} {
		if err := os.Mkdir(filepath.Join(dir, name), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	host, err := os.Hostname()
	if err != nil {
		t.Fatal(err)
	}
	host, _, _ = strings.Cut(host, ".")
	conf := filepath.Join(dir, "slurm.conf")
	write(t, conf, fmt.Sprintf(slurmConf, host, dir, freePort(t), freePort(t)))
	key := filepath.Join(dir, "munge.key")
	write(t, key, strings.Repeat("a test's own key, ", 64))
	if err := os.Chmod(key, 0o400); err != nil {
		t.Fatal(err)
	}
	t.Setenv("SLURM_CONF", conf)
	at := func(name string) string { return filepath.Join(dir, name) }
	start(t, at("munged.pid"), "munged", "--force", "--socket="+at("munge.sock"), "--key-file="+key,
		"--log-file="+at("munged.log"), "--pid-file="+at("munged.pid"), "--seed-file="+at("munged.seed"))
	start(t, at("slurmctld.pid"), "slurmctld", "-f", conf)
	start(t, at("slurmd.pid"), "slurmd", "-f", conf, "-c")
	for deadline := time.Now().Add(30 * time.Second); ; time.Sleep(100 * time.Millisecond) {
		state, _ := exec.Command("sinfo", "--noheader", "--format=%T").Output()
		if strings.TrimSpace(string(state)) == "idle" {
			return
		}
		if time.Now().After(deadline) {
			log, _ := os.ReadFile(at("slurmctld.log"))
			t.Fatalf("the node does not become idle: %q\n%s", state, log)
		}
	}
}

// start runs a program that goes into the background, and ends it by its
// number when the test is over.
func start(t *testing.T, pidFile, name string, args ...string) {
	t.Helper()
	if out, err := exec.Command(name, args...).CombinedOutput(); err != nil {
		t.Fatalf("%s: %v: %s", name, err, out)
	}
	t.Cleanup(func() {
		content, err := os.ReadFile(pidFile)
		if err != nil {
			t.Errorf("%s left no number: %v", name, err)
			return
		}
		pid, err := strconv.Atoi(strings.TrimSpace(string(content)))
		if err != nil {
			t.Error(err)
			return
		}
		for range 100 {
			if syscall.Kill(pid, syscall.SIGTERM) != nil || zombie(pid) {
				return
			}
			time.Sleep(100 * time.Millisecond)
		}
		t.Errorf("%s does not end", name)
	})
}

// zombie tells whether a process has ended and only waits to be noticed.
func zombie(pid int) bool {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	return err == nil && strings.Contains(string(stat), ") Z ")
}

func freePort(t *testing.T) int {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}

func write(t *testing.T, path, content string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(content), 0o666); err != nil {
		t.Fatal(err)
	}
}
