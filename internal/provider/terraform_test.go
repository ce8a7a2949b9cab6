package provider

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/tools/txtar"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/about"
)

// terraformProgram is the terraform or tofu that acceptance tests run.
type terraformProgram struct {
	path string // empty if there is none
	tofu bool
}

var program terraformProgram

// findTerraform looks where scripts/terraform-path does, but fetches nothing.
func findTerraform() (terraformProgram, error) {
	for _, name := range []string{os.Getenv("TF_ACC_TERRAFORM_PATH"), os.Getenv("TERRAFORM"), "terraform", "tofu"} {
		if name == "" {
			continue
		}
		path, err := exec.LookPath(name)
		if err != nil {
			continue
		}
		out, err := exec.Command(path, "version").Output()
		if err != nil {
			return terraformProgram{}, fmt.Errorf("%s version: %w", path, err)
		}
		return terraformProgram{path, bytes.HasPrefix(out, []byte("OpenTofu"))}, nil
	}
	return terraformProgram{}, nil
}

// needTerraform skips the test where there is no terraform to run.
func needTerraform(t testing.TB) {
	t.Helper()
	if program.path == "" {
		t.Skip("there is no terraform or tofu on PATH; put one there, or set TF_ACC_TERRAFORM_PATH")
	}
}

// builtDir is where the provider is built to, once in a test process.
var (
	builtDir string
	built    = sync.OnceValues(func() (string, error) {
		dir, err := os.MkdirTemp("", "acl-provider-")
		if err != nil {
			return "", err
		}
		builtDir = dir
		binary := filepath.Join(dir, "terraform-provider-acl")
		if runtime.GOOS == "windows" {
			binary += ".exe"
		}
		args := []string{"build", "-o", binary}
		if raceDetector {
			args = append(args, "-race")
		}
		if out, err := exec.Command("go", append(args, "../..")...).CombinedOutput(); err != nil {
			return "", fmt.Errorf("go build: %w\n%s", err, out)
		}
		address := about.Address
		if program.tofu {
			_, rest, _ := strings.Cut(address, "/")
			address = "registry.opentofu.org/" + rest
		}
		config := fmt.Sprintf("provider_installation {\n  dev_overrides {\n    %q = %q\n  }\n  direct {}\n}\n", address, filepath.ToSlash(dir))
		file := filepath.Join(dir, "dev.tfrc")
		return file, os.WriteFile(file, []byte(config), 0o600)
	})
)

// A workspace is a directory in which terraform is run with the provider as it is
// in this working tree.
type workspace struct {
	testing.TB
	dir string
	env []string
}

const requiredProviders = `terraform {
  required_providers {
    acl = { source = "terraform-provider-acl/acl" }
  }
}
`

// newWorkspace writes the files of a txtar text to a directory of its own.
func newWorkspace(t testing.TB, files string) *workspace {
	t.Helper()
	needTerraform(t)
	config, err := built()
	if err != nil {
		t.Fatal(err)
	}
	w := &workspace{TB: t, dir: t.TempDir()}
	w.env = append(os.Environ(), "TF_CLI_CONFIG_FILE="+config, "GORACE=halt_on_error=1")
	w.write("versions.tf", requiredProviders)
	for _, f := range txtar.Parse([]byte(files)).Files {
		w.write(f.Name, string(f.Data))
	}
	return w
}

func (w *workspace) path(name string) string { return filepath.Join(w.dir, filepath.FromSlash(name)) }

func (w *workspace) write(name, content string) {
	w.Helper()
	if err := os.MkdirAll(filepath.Dir(w.path(name)), 0o755); err != nil {
		w.Fatal(err)
	}
	if err := os.WriteFile(w.path(name), []byte(content), 0o644); err != nil {
		w.Fatal(err)
	}
}

func (w *workspace) read(name string) string {
	w.Helper()
	content, err := os.ReadFile(w.path(name))
	if err != nil {
		w.Fatal(err)
	}
	return string(content)
}

func (w *workspace) remove(name string) {
	w.Helper()
	if err := os.Remove(w.path(name)); err != nil {
		w.Fatal(err)
	}
}

// edit replaces the one occurrence of a text in a file.
func (w *workspace) edit(name, before, after string) {
	w.Helper()
	content := w.read(name)
	if strings.Count(content, before) != 1 {
		w.Fatalf("%s holds %q %d times:\n%s", name, before, strings.Count(content, before), content)
	}
	w.write(name, strings.Replace(content, before, after, 1))
}

func (w *workspace) command(ctx context.Context, args ...string) *exec.Cmd {
	switch args[0] {
	case "plan":
		args = append([]string{"plan", "-no-color", "-input=false", "-detailed-exitcode"}, args[1:]...)
	case "apply", "destroy":
		args = append([]string{args[0], "-no-color", "-input=false", "-auto-approve"}, args[1:]...)
	case "validate", "import", "state", "refresh":
		args = append([]string{args[0], "-no-color"}, args[1:]...)
		if args[0] == "state" {
			args[1], args[2] = args[2], args[1]
		}
	}
	cmd := exec.CommandContext(ctx, program.path, args...)
	cmd.Dir, cmd.Env = w.dir, w.env
	return cmd
}

// commandTimeout is when a terraform that hangs is ended.
const commandTimeout = 2 * time.Minute

// try runs terraform and returns all that it prints, without what differs from run
// to run, and its exit code.
func (w *workspace) try(args ...string) (out string, exit int) {
	w.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), commandTimeout)
	defer cancel()
	cmd := w.command(ctx, args...)
	var b bytes.Buffer
	cmd.Stdout, cmd.Stderr = &b, &b
	err := cmd.Run()
	var failed *exec.ExitError
	if err != nil && !errors.As(err, &failed) {
		w.Fatalf("terraform %s: %v", strings.Join(args, " "), err)
	}
	if ctx.Err() != nil {
		w.Fatalf("terraform %s hangs:\n%s", strings.Join(args, " "), b.String())
	}
	return w.clean(b.String()), cmd.ProcessState.ExitCode()
}

// run is try with an exit code that is insisted on.
func (w *workspace) run(exit int, args ...string) string {
	w.Helper()
	out, got := w.try(args...)
	if got != exit {
		w.Fatalf("terraform %s: exit %d, want %d\n%s", strings.Join(args, " "), got, exit, out)
	}
	return out
}

// plan expects 0 (no difference), 1 (error) or 2 (difference).
func (w *workspace) plan(exit int, args ...string) string {
	w.Helper()
	return w.run(exit, append([]string{"plan"}, args...)...)
}

func (w *workspace) apply(exit int, args ...string) string {
	w.Helper()
	return w.run(exit, append([]string{"apply"}, args...)...)
}

// settled expects a plan without a difference.
func (w *workspace) settled() {
	w.Helper()
	w.plan(0)
}

var (
	// progress is what Terraform prints while it works, in no particular order.
	progress    = regexp.MustCompile(`(?m)^(Acquiring|Releasing) state lock.*\n|^\S+: (Refreshing state\.\.\.|Reading\.\.\.|Read complete after|Creating\.\.\.|Creation complete after|Modifying\.\.\.|Modifications complete after|Destroying\.\.\.|Destruction complete after|Still ).*\n`)
	devOverride = regexp.MustCompile(`(?s)(│ |╷\n│ |)Warning: Provider development overrides are in effect\n.*?releases\.\n(╵\n)?`)
)

// clean takes away what differs from run to run, and the advice that
// dev_overrides brings.
func (w *workspace) clean(out string) string {
	out = devOverride.ReplaceAllString(out, "")
	out = progress.ReplaceAllString(out, "")
	return strings.ReplaceAll(out, w.dir, "$WORK")
}

// A planned is what the tests read of terraform's JSON plan.
type planned struct {
	ResourceChanges []resourceChange `json:"resource_changes"`
	ResourceDrift   []resourceChange `json:"resource_drift"`
	OutputChanges   map[string]struct {
		Before, After any
		AfterUnknown  any `json:"after_unknown"`
	} `json:"output_changes"`
	Errored bool `json:"errored"`
}

type resourceChange struct {
	Address string `json:"address"`
	Mode    string `json:"mode"`
	Change  struct {
		Actions      []string       `json:"actions"`
		Before       map[string]any `json:"before"`
		After        map[string]any `json:"after"`
		AfterUnknown map[string]any `json:"after_unknown"`
	} `json:"change"`
}

// planJSON plans and returns the plan as terraform show -json gives it.
func (w *workspace) planJSON(exit int, args ...string) planned {
	w.Helper()
	w.plan(exit, append(args, "-out=p.tfplan")...)
	var p planned
	w.decode(&p, "show", "-json", "p.tfplan")
	return p
}

// decode runs terraform and reads its standard output as JSON.
func (w *workspace) decode(into any, args ...string) {
	w.Helper()
	if err := w.json(into, args...); err != nil {
		w.Fatalf("terraform %s: %v", strings.Join(args, " "), err)
	}
}

// json is decode that returns the error of terraform, after reading what it printed.
func (w *workspace) json(into any, args ...string) error {
	w.Helper()
	cmd := exec.Command(program.path, args...)
	cmd.Dir, cmd.Env = w.dir, w.env
	out, failed := cmd.Output()
	if err := json.Unmarshal(out, into); err != nil {
		w.Fatalf("terraform %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return failed
}

func (p planned) change(t testing.TB, address string) resourceChange {
	t.Helper()
	for _, c := range p.ResourceChanges {
		if c.Address == address {
			return c
		}
	}
	t.Fatalf("the plan has no %s: %+v", address, p.ResourceChanges)
	return resourceChange{}
}

// state returns the attributes of the resources in the state, by address.
func (w *workspace) state() map[string]map[string]any {
	w.Helper()
	var s struct {
		Values struct {
			RootModule struct {
				Resources []struct {
					Address string
					Tainted bool
					Values  map[string]any
				}
			} `json:"root_module"`
		}
	}
	w.decode(&s, "show", "-json")
	out := map[string]map[string]any{}
	for _, r := range s.Values.RootModule.Resources {
		out[r.Address] = r.Values
		if r.Tainted {
			w.Errorf("%s is tainted", r.Address)
		}
	}
	return out
}

// contains tells in one error which of the texts are not there. White space does
// not count, since Terraform wraps lines.
func contains(t testing.TB, out string, texts ...string) {
	t.Helper()
	flat := flatten(out)
	for _, text := range texts {
		if !strings.Contains(flat, flatten(text)) {
			t.Errorf("no %q in\n%s", text, out)
		}
	}
}

func lacks(t testing.TB, out string, texts ...string) {
	t.Helper()
	flat := flatten(out)
	for _, text := range texts {
		if strings.Contains(flat, flatten(text)) {
			t.Errorf("%q in\n%s", text, out)
		}
	}
}

func flatten(text string) string {
	return strings.Join(strings.FieldsFunc(text, func(r rune) bool { return r == ' ' || r == '\n' || r == '│' || r == '\r' }), " ")
}

// absent expects that there is no such file.
func (w *workspace) absent(name string) {
	w.Helper()
	if content, err := os.ReadFile(w.path(name)); err == nil {
		w.Errorf("there is a file %s:\n%s", name, content)
	}
}
