// Command plan measures "terraform plan" as a whole process: many flows on a long
// ruleset, with the provider as it is and with one whose matching is taken out, in
// turns. It writes lines that benchstat reads.
//
//	go run ./bench/cmd/plan -rules 100000 -flows 1000 -runs 5
package main

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/about"
)

func main() {
	rules := flag.Int("rules", 100_000, "how many rules the ruleset has")
	flows := flag.Int("flows", 1_000, "how many flows are planned")
	perApplication := flag.Int("per-application", 100, "how many flows an application has")
	runs := flag.Int("runs", 5, "how often each provider plans")
	flag.Parse()
	if err := run(*rules, *flows, *perApplication, *runs); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(rules, flows, perApplication, runs int) error {
	root, err := output("go", "list", "-m", "-f", "{{.Dir}}")
	if err != nil {
		return err
	}
	terraform, err := output(filepath.Join(root, "scripts", "terraform-path"))
	if err != nil {
		return err
	}
	work, err := os.MkdirTemp("", "acl-plan")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(work) }()

	if err := writeWorkspace(filepath.Join(work, "workspace"), rules, flows, perApplication); err != nil {
		return err
	}
	builds := []string{"matching", "without"}
	for _, name := range builds {
		if err := build(root, work, name); err != nil {
			return err
		}
	}
	fmt.Printf("goos: %s\ngoarch: %s\npkg: terraform plan, %d rules, %d flows\n", runtime.GOOS, runtime.GOARCH, rules, flows)
	for range runs {
		for _, name := range builds {
			m, err := plan(terraform, work, name)
			if err != nil {
				return err
			}
			fmt.Printf("BenchmarkPlan/%s 1 %d ns/op %d cpu-ns/op %d peak-provider-B\n", name, m.wall.Nanoseconds(), m.cpu.Nanoseconds(), m.peak)
		}
	}
	return nil
}

func output(name string, args ...string) (string, error) {
	c := exec.Command(name, args...)
	c.Stderr = os.Stderr
	text, err := c.Output()
	if err != nil {
		return "", fmt.Errorf("%s: %w", name, err)
	}
	return strings.TrimSpace(string(text)), nil
}

type measured struct {
	wall, cpu time.Duration
	peak      int64 // resident memory of the provider in bytes, 0 if not known
}

// plan runs terraform plan once with the provider build of that name.
func plan(terraform, work, name string) (m measured, err error) {
	settings := filepath.Join(work, name+".tfrc")
	text := fmt.Sprintf("provider_installation {\n  dev_overrides {\n    %q = %q\n  }\n  direct {}\n}\n", about.Address, filepath.Join(work, name))
	if err := os.WriteFile(settings, []byte(text), 0o644); err != nil {
		return m, err
	}
	c := exec.Command(terraform, "plan", "-input=false", "-no-color", "-out="+filepath.Join(work, "plan.out"))
	c.Dir = filepath.Join(work, "workspace")
	c.Env = append(withoutTerraform(os.Environ()), "TF_CLI_CONFIG_FILE="+settings, "CHECKPOINT_DISABLE=1", "TF_DATA_DIR="+filepath.Join(work, "data"))
	var log strings.Builder
	c.Stderr = &log
	start := time.Now()
	if err := c.Start(); err != nil {
		return m, err
	}
	stop := make(chan struct{})
	peak := make(chan int64)
	go func() { peak <- watch(filepath.Join(work, name)+string(filepath.Separator), stop) }()
	err = c.Wait()
	m.wall = time.Since(start)
	close(stop)
	m.peak = <-peak
	if err != nil {
		return m, fmt.Errorf("terraform plan, provider %s: %w\n%s", name, err, log.String())
	}
	m.cpu = c.ProcessState.UserTime() + c.ProcessState.SystemTime()
	return m, nil
}

// withoutTerraform takes the caller's Terraform settings out.
func withoutTerraform(env []string) (out []string) {
	for _, e := range env {
		if !strings.HasPrefix(e, "TF_") && !strings.HasPrefix(e, "TERRAFORM_CONFIG=") {
			out = append(out, e)
		}
	}
	return out
}

// watch follows the processes whose program lies in a directory until it is told
// to stop and returns the most memory that one of them had at a time.
func watch(dir string, stop <-chan struct{}) (peak int64) {
	for {
		select {
		case <-stop:
			return peak
		case <-time.After(20 * time.Millisecond):
		}
		programs, _ := filepath.Glob("/proc/[0-9]*/exe")
		for _, link := range programs {
			if program, err := os.Readlink(link); err != nil || !strings.HasPrefix(program, dir) {
				continue
			}
			status, err := os.ReadFile(filepath.Join(filepath.Dir(link), "status"))
			if err != nil {
				continue
			}
			for _, line := range strings.Split(string(status), "\n") {
				var kB int64
				if _, err := fmt.Sscanf(line, "VmHWM: %d kB", &kB); err == nil {
					peak = max(peak, kB*1024)
				}
			}
		}
	}
}
