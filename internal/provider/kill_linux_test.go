package provider

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/terraformtest"
)

// Whatever is killed, and whenever: the additions file is the old or the new one,
// what people wrote into it stays, and the next apply goes on from there.
func TestAccKilled(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("runs terraform many times")
	}
	w := newWorkspace(t, manyFlows(12, 3))
	started := time.Now()
	w.Apply(0)
	whole := time.Since(started)
	w.Run(0, "destroy")

	seed := rand.Uint64()
	r := rand.New(rand.NewPCG(seed, 0))
	cut := 0
	const rounds = 10
	for i := range rounds {
		verb := []string{"apply", "apply", "destroy"}[i%3]
		// The first half of a run is start and plan, in which nothing is written.
		after := whole/3 + time.Duration(r.Int64N(int64(whole*2/3)))
		victim := []string{"provider", "terraform"}[r.IntN(2)]
		t.Logf("seed %d round %d: %s, %s killed after %s", seed, i, verb, victim, after)
		if w.killed(verb, victim, after) {
			cut++
		}
		w.handMadeStays("edge.additions.json")
		for _, rule := range w.additions("edge.additions.json") {
			if len(rule.Owners) == 0 && rule.Name != "by hand" && rule.Name != "" {
				t.Errorf("rule %q has no owner", rule.Name)
			}
		}
	}
	if cut == 0 {
		t.Errorf("seed %d: no run was cut short", seed)
	}
	w.Apply(0)
	w.Settled()
	w.rulesByOwners("edge.additions.json", map[int]int{0: 2, 1: 12, 3: 1})
	w.Run(0, "destroy")
	if got := w.Read("edge.additions.json"); got != handMade {
		t.Errorf("seed %d: the file is\n%s\nwant\n%s", seed, got, handMade)
	}
}

// killed runs terraform, kills it or its provider by pid after a while, and
// reports whether there was still something to kill. Nothing goes on running.
func (w *workspace) killed(verb, victim string, after time.Duration) bool {
	w.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), terraformtest.CommandTimeout)
	defer cancel()
	cmd := w.Command(ctx, verb)
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	cmd.WaitDelay = time.Second // a provider that lost its terraform may hold the pipe
	if err := cmd.Start(); err != nil {
		w.Fatal(err)
	}
	time.Sleep(after)
	providers := children(w, cmd.Process.Pid)
	if victim == "terraform" {
		// A process that has ended cannot be killed, and need not be.
		_ = cmd.Process.Kill()
	}
	for _, pid := range providers {
		if p, err := os.FindProcess(pid); err == nil {
			_ = p.Kill()
		}
	}
	err := cmd.Wait()
	for _, pid := range providers {
		for _, err := os.Stat(fmt.Sprintf("/proc/%d", pid)); err == nil && isProvider(pid); _, err = os.Stat(fmt.Sprintf("/proc/%d", pid)) {
			time.Sleep(time.Millisecond)
		}
	}
	return err != nil
}

// children returns the provider processes that a terraform has started.
func children(t testing.TB, parent int) (pids []int) {
	t.Helper()
	stats, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range stats {
		content, err := os.ReadFile(path)
		if err != nil {
			continue // ended since
		}
		// pid (name) state parent …, where the name may hold blanks and brackets
		pid, _ := strconv.Atoi(filepath.Base(filepath.Dir(path)))
		fields := strings.Fields(string(content[bytes.LastIndexByte(content, ')')+1:]))
		if len(fields) > 1 && fields[1] == strconv.Itoa(parent) && isProvider(pid) {
			pids = append(pids, pid)
		}
	}
	return pids
}

func isProvider(pid int) bool {
	exe, err := os.Readlink(fmt.Sprintf("/proc/%d/exe", pid))
	return err == nil && filepath.Dir(exe) == terraformtest.BuiltDir
}
