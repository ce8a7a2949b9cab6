package terraformtest

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/tools/txtar"
)

// A Workspace is a directory in which terraform is run with the provider as it is
// in this working tree.
type Workspace struct {
	testing.TB
	Dir string
	Env []string // of terraform
}

// requiredProviders goes into each workspace, so that no test has to say it.
const requiredProviders = `terraform {
  required_providers {
    acl = { source = "terraform-provider-acl/acl" }
  }
}
`

// NewWorkspace writes the files of a txtar text, and versions.tf, to a directory of
// its own. The test is skipped where there is no terraform.
func NewWorkspace(t testing.TB, files string) *Workspace {
	t.Helper()
	w := NewEmptyWorkspace(t)
	w.Write("versions.tf", requiredProviders)
	for _, f := range txtar.Parse([]byte(files)).Files {
		w.Write(f.Name, string(f.Data))
	}
	return w
}

// NewEmptyWorkspace is [NewWorkspace] without any file.
func NewEmptyWorkspace(t testing.TB) *Workspace {
	t.Helper()
	Need(t)
	config, err := built()
	if err != nil {
		t.Fatal(err)
	}
	return &Workspace{TB: t, Dir: t.TempDir(), Env: append(os.Environ(),
		"TF_CLI_CONFIG_FILE="+config, "GORACE=halt_on_error=1 atexit_sleep_ms=0",
		// Both are for speed, and together take off a third of what a run costs: keys for
		// TLS between two processes of one moment, and collecting the garbage of programs
		// that end at once.
		"TF_DISABLE_PLUGIN_TLS=1", "GOGC=400",
	)}
}

// Path is where a file of the workspace is.
func (w *Workspace) Path(name string) string { return filepath.Join(w.Dir, filepath.FromSlash(name)) }

// Write writes a file and the directories above it.
func (w *Workspace) Write(name, content string) {
	w.Helper()
	if err := os.MkdirAll(filepath.Dir(w.Path(name)), 0o755); err != nil {
		w.Fatal(err)
	}
	if err := os.WriteFile(w.Path(name), []byte(content), 0o644); err != nil {
		w.Fatal(err)
	}
}

// Read returns what a file holds.
func (w *Workspace) Read(name string) string {
	w.Helper()
	content, err := os.ReadFile(w.Path(name))
	if err != nil {
		w.Fatal(err)
	}
	return string(content)
}

// Remove removes a file, which has to be there.
func (w *Workspace) Remove(name string) {
	w.Helper()
	if err := os.Remove(w.Path(name)); err != nil {
		w.Fatal(err)
	}
}

// Edit replaces the one occurrence of a text in a file.
func (w *Workspace) Edit(name, before, after string) {
	w.Helper()
	content := w.Read(name)
	if n := strings.Count(content, before); n != 1 {
		w.Fatalf("%s holds %q %d times:\n%s", name, before, n, content)
	}
	w.Write(name, strings.Replace(content, before, after, 1))
}

// Absent expects that there is no such file.
func (w *Workspace) Absent(name string) {
	w.Helper()
	if content, err := os.ReadFile(w.Path(name)); err == nil {
		w.Errorf("there is a file %s:\n%s", name, content)
	}
}

// Command is terraform in the workspace. The usual commands get the options by which
// they neither ask nor paint; plan gets -detailed-exitcode.
func (w *Workspace) Command(ctx context.Context, args ...string) *exec.Cmd {
	switch command := args[0]; command {
	case "plan":
		args = slices.Insert(slices.Clone(args), 1, "-no-color", "-input=false", "-detailed-exitcode")
	case "apply", "destroy":
		args = slices.Insert(slices.Clone(args), 1, "-no-color", "-input=false", "-auto-approve")
	case "import":
		args = slices.Insert(slices.Clone(args), 1, "-no-color", "-input=false")
	case "validate", "refresh", "test":
		args = slices.Insert(slices.Clone(args), 1, "-no-color")
	case "state":
		args = slices.Insert(slices.Clone(args), 2, "-no-color")
	}
	cmd := exec.CommandContext(ctx, Program.Path, args...)
	cmd.Dir, cmd.Env = w.Dir, w.Env
	return cmd
}

// CommandTimeout is when a terraform that hangs is ended. A busy machine needs a minute
// for what takes seconds.
const CommandTimeout = 4 * time.Minute

// Try runs terraform and returns all that it prints, without what differs from run
// to run, and its exit code.
func (w *Workspace) Try(args ...string) (out string, exit int) {
	w.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), CommandTimeout)
	defer cancel()
	cmd := w.Command(ctx, args...)
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

// Run is [Workspace.Try] with an exit code that is insisted on.
func (w *Workspace) Run(exit int, args ...string) string {
	w.Helper()
	out, got := w.Try(args...)
	if got != exit {
		w.Fatalf("terraform %s: exit %d, want %d\n%s", strings.Join(args, " "), got, exit, out)
	}
	return out
}

// Plan expects 0 (no difference), 1 (error) or 2 (difference).
func (w *Workspace) Plan(exit int, args ...string) string {
	w.Helper()
	return w.Run(exit, append([]string{"plan"}, args...)...)
}

// Apply plans and applies at once.
func (w *Workspace) Apply(exit int, args ...string) string {
	w.Helper()
	return w.Run(exit, append([]string{"apply"}, args...)...)
}

// Settled expects a plan without a difference.
func (w *Workspace) Settled() {
	w.Helper()
	w.Plan(0)
}
