package scripts_test

import (
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"
)

var (
	makeScript = regexp.MustCompile(`(?m)\bscripts/[a-z-]+`)
	makeTarget = regexp.MustCompile(`(?m)^([a-z-]+) `)
)

// TestMakeTargets: what people type is there, make help tells of it, and each script
// behind a target can be run.
func TestMakeTargets(t *testing.T) {
	if _, err := exec.LookPath("make"); err != nil {
		t.Skip(err)
	}
	run := func(args ...string) string {
		t.Helper()
		cmd := exec.Command("make", args...)
		cmd.Dir = ".."
		// Under make test, make would hand its flags and its job server down.
		for _, entry := range os.Environ() {
			if name, _, _ := strings.Cut(entry, "="); name != "MAKEFLAGS" && name != "MFLAGS" && name != "MAKELEVEL" {
				cmd.Env = append(cmd.Env, entry)
			}
		}
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("make %s: %v\n%s", strings.Join(args, " "), err, out)
		}
		return string(out)
	}
	helped := map[string]bool{}
	for _, m := range makeTarget.FindAllStringSubmatch(run("help"), -1) {
		helped[m[1]] = true
	}
	for _, target := range []string{"build", "install", "demo", "test", "testacc", "lint", "generate", "fmt", "bench", "fuzz", "test-update"} {
		if !helped[target] {
			t.Errorf("make help does not list %s", target)
		}
		steps := run("--dry-run", target)
		for _, script := range makeScript.FindAllString(steps, -1) {
			info, err := os.Stat("../" + script)
			if err != nil || info.Mode()&0o111 == 0 {
				t.Errorf("make %s runs %s, which is no program: %v", target, script, err)
			}
		}
	}
}
