package additions

import (
	"bufio"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// The test binary runs itself as the processes that write to one file.
const (
	jobVariable  = "ADDITIONS_TEST_JOB"
	pathVariable = "ADDITIONS_TEST_PATH"
)

func TestMain(m *testing.M) {
	path := os.Getenv(pathVariable)
	switch job, argument, _ := strings.Cut(os.Getenv(jobVariable), " "); job {
	case "":
		os.Exit(m.Run())
	case "rewrite":
		fail(rewriteForEver(path))
	case "add":
		fail(addMany(path, argument))
	}
}

func fail(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// child returns a process that does the job on the file at path.
func child(t *testing.T, path, job string) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(self)
	cmd.Env = append(os.Environ(), jobVariable+"="+job, pathVariable+"="+path)
	cmd.Stderr = os.Stderr
	return cmd
}

// numbered makes count rules, all with the same port.
func numbered(count, port int) []Rule {
	var texts []string
	for i := range count {
		texts = append(texts, fmt.Sprintf("permit 10.0.0.%d 10.1.0.0/16 tcp/%d", i, port))
	}
	return mustParts(texts...)
}

// mustParts is for processes that are no test.
func mustParts(texts ...string) []Rule {
	rules, err := readParts(texts...)
	fail(err)
	return rules
}

const rewritten = 40 // rules of one generation: enough text for a write to take time

func rewriteForEver(path string) error {
	for port := 1; ; port = port%60000 + 1 {
		if _, err := Update(context.Background(), path, "kill/me", numbered(rewritten, port), nil); err != nil {
			return err
		}
		fmt.Println(port)
	}
}

// TestKill ends a process that does nothing but write, at random instants. Each
// time the file is a whole one, of a single generation, and nobody has to clean up
// before the next write.
func TestKill(t *testing.T) {
	rounds := 60
	if testing.Short() {
		rounds = 10
	}
	path := additionsFile(t, "[\n"+foreignRule+"\n]\n")
	midway := 0
	for round := range rounds {
		cmd := child(t, path, "rewrite")
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		if _, err := bufio.NewReader(out).ReadString('\n'); err != nil { // it has written once
			t.Fatalf("round %d: the writer does not start: %v", round, err)
		}
		time.Sleep(time.Duration(rand.IntN(20_000)) * time.Microsecond)
		if err := cmd.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		_ = cmd.Wait()

		if _, err := os.Stat(filepath.Join(filepath.Dir(path), ".edge.additions.json.acl-tmp")); err == nil {
			midway++
		}
		f, err := Load(path)
		if err != nil {
			t.Fatalf("round %d: %v", round, err)
		}
		mine := f.Owned("kill/me")
		if len(mine) != rewritten || len(f.Base()) != 1 || !strings.Contains(read(t, path), foreignRule) {
			t.Fatalf("round %d: the file is\n%s", round, read(t, path))
		}
		for _, r := range mine {
			if !r.Traffic.Services.Equal(mine[0].Traffic.Services) {
				t.Fatalf("round %d: two generations in one file:\n%s", round, read(t, path))
			}
		}
		ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
		_, err = Update(ctx, path, "after/kill", numbered(1, round+1), nil)
		cancel()
		if err != nil {
			t.Fatalf("round %d: the next write: %v", round, err)
		}
	}
	t.Logf("%d of %d kills hit a write midway", midway, rounds)
}

const (
	goroutines = 10
	ownersEach = 5
)

// addMany owns, for ten goroutines' worth of owners, one rule each and one that
// all share.
func addMany(path, process string) error {
	errs := make([]error, goroutines)
	var wg sync.WaitGroup
	for g := range goroutines {
		wg.Go(func() {
			for i := range ownersEach {
				want := append(numbered(1, 1000), ownRule(process, g, i))
				owner := fmt.Sprintf("%s/%d-%d", process, g, i)
				if _, err := Update(context.Background(), path, owner, want, nil); err != nil {
					errs[g] = err
					return
				}
			}
		})
	}
	wg.Wait()
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

func ownRule(process string, goroutine, i int) Rule {
	return mustParts(fmt.Sprintf("permit 10.2.%d.%d 10.3.0.%d any", goroutine, i, len(process)))[0]
}

func TestTwoProcesses(t *testing.T) {
	path := additionsFile(t, "[\n"+foreignRule+"\n]\n")
	var running []*exec.Cmd
	processes := []string{"x", "yy"}
	for _, name := range processes {
		cmd := child(t, path, "add "+name)
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		running = append(running, cmd)
	}
	for _, cmd := range running {
		if err := cmd.Wait(); err != nil {
			t.Error(err)
		}
	}
	f, err := Load(path)
	if err != nil {
		t.Fatal(err)
	}
	all := len(processes) * goroutines * ownersEach
	if got := len(f.Rules()); got != all+2 { // the shared and the foreign one
		t.Errorf("%d rules, want %d", got, all+2)
	}
	for _, name := range processes {
		for g := range goroutines {
			for i := range ownersEach {
				owner := fmt.Sprintf("%s/%d-%d", name, g, i)
				mine := f.Owned(owner)
				if len(mine) != 2 || !mine[0].Same(ownRule(name, g, i)) && !mine[1].Same(ownRule(name, g, i)) {
					t.Errorf("%s owns %v", owner, mine)
				}
			}
		}
	}
	for _, r := range f.Owned("x/0-0") {
		if n := len(r.Owners); n != 1 && n != all {
			t.Errorf("%s has %d owners, want %d", r.Name, n, all)
		}
	}
}
