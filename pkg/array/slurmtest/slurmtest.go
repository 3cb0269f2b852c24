// Package slurmtest starts a real Slurm on this machine for one test.
package slurmtest

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

// configuration is the format of slurm.conf up to the nodes. Its arguments are
// the host, the folder and slurmctld's port.
const configuration = `ClusterName=test
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
SlurmdTimeout=10
KillWait=10
StateSaveLocation=%[2]s/state
SlurmdSpoolDir=%[2]s/spool.%%n
TmpFS=%[2]s/tmp.%%n
SlurmctldPidFile=%[2]s/slurmctld.pid
SlurmdPidFile=%[2]s/slurmd.%%n.pid
SlurmctldLogFile=%[2]s/slurmctld.log
SlurmdLogFile=%[2]s/slurmd.%%n.log
JobAcctGatherType=jobacct_gather/none
PartitionName=test Nodes=ALL Default=YES MaxTime=INFINITE State=UP
`

// Programs lists the programs that Start and its tests run.
var Programs = []string{"munged", "slurmctld", "slurmd", "sbatch", "squeue", "sinfo", "srun"}

// A Cluster is a Slurm whose nodes n1, n2, … all run on this machine.
type Cluster struct {
	t   *testing.T
	dir string
}

// Start starts a cluster and ends it after the test. It skips the test if Slurm is
// not installed or the user is not root.
func Start(t *testing.T, nodes int) *Cluster {
	t.Helper()
	for _, program := range Programs {
		if _, err := exec.LookPath(program); err != nil {
			t.Skipf("%s is not installed (Debian: apt-get install slurm-wlm munge)", program)
		}
	}
	if os.Getuid() != 0 {
		t.Skip("only root can start a Slurm of its own")
	}
	dir := t.TempDir()
	at := func(name string) string { return filepath.Join(dir, name) }
	host, err := os.Hostname()
	if err != nil {
		t.Fatal(err)
	}
	host, _, _ = strings.Cut(host, ".")
	conf := fmt.Sprintf(configuration, host, dir, freePort(t))
	for node := 1; node <= nodes; node++ {
		conf += fmt.Sprintf("NodeName=n%d NodeHostname=%s NodeAddr=127.0.0.1 Port=%d CPUs=2 State=UNKNOWN\n", node, host, freePort(t))
	}
	if err := os.Mkdir(at("state"), 0o755); err != nil {
		t.Fatal(err)
	}
	write(t, at("slurm.conf"), conf, 0o644)
	write(t, at("munge.key"), strings.Repeat("a test's own key, ", 64), 0o400)
	t.Setenv("SLURM_CONF", at("slurm.conf"))
	start(t, at("munged.pid"), "munged", "--force", "--socket="+at("munge.sock"), "--key-file="+at("munge.key"),
		"--log-file="+at("munged.log"), "--pid-file="+at("munged.pid"), "--seed-file="+at("munged.seed"))
	start(t, at("slurmctld.pid"), "slurmctld", "-f", at("slurm.conf"))
	c := &Cluster{t, dir}
	for node := 1; node <= nodes; node++ {
		c.Boot(node)
	}
	for deadline := time.Now().Add(30 * time.Second); ; time.Sleep(100 * time.Millisecond) {
		state, _ := exec.Command("sinfo", "--noheader", "--Node", "--format=%T").Output()
		if strings.Count(string(state), "idle") == nodes {
			return c
		}
		if time.Now().After(deadline) {
			log, _ := os.ReadFile(at("slurmctld.log"))
			t.Fatalf("the nodes do not become idle: %q\n%s", state, log)
		}
	}
}

// Boot starts a node, with nothing left of what ran there before.
func (c *Cluster) Boot(node int) {
	c.t.Helper()
	name := fmt.Sprintf("n%d", node)
	for _, folder := range []string{"spool.", "tmp."} {
		path := filepath.Join(c.dir, folder+name)
		if err := os.RemoveAll(path); err != nil {
			c.t.Fatal(err)
		}
		if err := os.Mkdir(path, 0o755); err != nil {
			c.t.Fatal(err)
		}
	}
	start(c.t, filepath.Join(c.dir, "slurmd."+name+".pid"), "slurmd", "-f", filepath.Join(c.dir, "slurm.conf"), "-c", "-N", name)
}

// Kill ends a node without notice, with all that runs there.
func (c *Cluster) Kill(node int) {
	c.t.Helper()
	name := fmt.Sprintf("n%d", node)
	slurmd := number(c.t, filepath.Join(c.dir, "slurmd."+name+".pid"))
	victims := []int{slurmd}
	entries, err := os.ReadDir("/proc")
	if err != nil {
		c.t.Fatal(err)
	}
	for _, entry := range entries {
		pid, err := strconv.Atoi(entry.Name())
		if err != nil {
			continue
		}
		environ, _ := os.ReadFile(filepath.Join("/proc", entry.Name(), "environ"))
		folder, _ := os.Readlink(filepath.Join("/proc", entry.Name(), "cwd"))
		if strings.Contains(string(environ), "SLURMD_NODENAME="+name+"\x00") && strings.Contains(string(environ), c.dir) ||
			strings.HasPrefix(folder, filepath.Join(c.dir, "spool."+name)) {
			victims = append(victims, pid)
		}
	}
	for _, pid := range victims {
		_ = syscall.Kill(pid, syscall.SIGKILL) // it may have ended with another
	}
}

// start starts a program that daemonizes, and after the test ends it by the
// process number in pidFile.
func start(t *testing.T, pidFile, name string, args ...string) {
	t.Helper()
	if out, err := exec.Command(name, args...).CombinedOutput(); err != nil {
		t.Fatalf("%s: %v: %s", name, err, out)
	}
	t.Cleanup(func() {
		if _, err := os.Stat(pidFile); os.IsNotExist(err) {
			return // it has ended already, as a node that was booted twice has
		}
		pid := number(t, pidFile)
		for range 100 {
			if syscall.Kill(pid, syscall.SIGTERM) != nil || zombie(pid) {
				return
			}
			time.Sleep(100 * time.Millisecond)
		}
		t.Errorf("%s does not end", name)
	})
}

// number reads a process number from a file.
func number(t *testing.T, pidFile string) int {
	t.Helper()
	content, err := os.ReadFile(pidFile)
	if err != nil {
		t.Fatal(err)
	}
	pid, err := strconv.Atoi(strings.TrimSpace(string(content)))
	if err != nil {
		t.Fatal(err)
	}
	return pid
}

// zombie reports whether a process has ended and waits for its parent.
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

func write(t *testing.T, path, content string, mode os.FileMode) {
	t.Helper()
	if err := os.WriteFile(path, []byte(content), mode); err != nil {
		t.Fatal(err)
	}
}
