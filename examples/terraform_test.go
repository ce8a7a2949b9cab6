package examples_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/about"
)

// builtIn is a directory of this test process for the provider's binary and the
// CLI configuration that leads terraform to it.
var builtIn string

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "acl-examples-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	builtIn = dir
	code := m.Run()
	if err := os.RemoveAll(dir); err != nil {
		fmt.Fprintln(os.Stderr, err)
	}
	os.Exit(code)
}

// A terraform is a program and the environment that it gets.
type terraform struct {
	path string // empty if there is none
	tofu bool
	env  []string
}

// find looks for a terraform or tofu where scripts/terraform-path does, and builds
// the provider for it.
var find = sync.OnceValues(func() (terraform, error) {
	var tf terraform
	for _, name := range []string{os.Getenv("TF_ACC_TERRAFORM_PATH"), os.Getenv("TERRAFORM"), "terraform", "tofu"} {
		if path, err := exec.LookPath(name); err == nil {
			tf.path = path
			break
		}
	}
	if tf.path == "" {
		return tf, nil
	}
	for _, entry := range os.Environ() {
		if !strings.HasPrefix(entry, "TF_") {
			tf.env = append(tf.env, entry)
		}
	}
	config := filepath.Join(builtIn, "dev.tfrc")
	tf.env = append(tf.env, "TF_CLI_CONFIG_FILE="+config, "TF_IN_AUTOMATION=1", "CHECKPOINT_DISABLE=1")
	if err := os.WriteFile(config, nil, 0o600); err != nil {
		return tf, err
	}
	version := exec.Command(tf.path, "version")
	version.Env = tf.env
	out, err := version.Output()
	if err != nil {
		return tf, fmt.Errorf("%s version: %w", tf.path, err)
	}
	tf.tofu = bytes.HasPrefix(out, []byte("OpenTofu"))
	address := about.Address
	if tf.tofu {
		_, rest, _ := strings.Cut(address, "/")
		address = "registry.opentofu.org/" + rest
	}
	text := fmt.Sprintf("provider_installation {\n  dev_overrides {\n    %q = %q\n  }\n  direct {}\n}\n", address, filepath.ToSlash(builtIn))
	if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
		return tf, err
	}
	binary := "terraform-provider-acl"
	if runtime.GOOS == "windows" {
		binary += ".exe"
	}
	if out, err := exec.Command("go", "build", "-o", filepath.Join(builtIn, binary), "..").CombinedOutput(); err != nil {
		return tf, fmt.Errorf("go build: %w\n%s", err, out)
	}
	return tf, nil
})

// A workspace is a copy of an example, in which terraform runs with the provider
// as it is in this working tree.
type workspace struct {
	testing.TB
	terraform
	dir string
}

// newWorkspace copies a directory of examples/; the test is skipped where there is
// no terraform.
func newWorkspace(t testing.TB, example string) *workspace {
	t.Helper()
	tf, err := find()
	if err != nil {
		t.Fatal(err)
	}
	if tf.path == "" {
		t.Skip("there is no terraform or tofu on PATH; put one there, or set TERRAFORM to its path")
	}
	w := &workspace{t, tf, t.TempDir()}
	w.add(example, "")
	return w
}

// add copies one more directory of examples/ into the workspace. Terraform files
// get the prefix before their name.
func (w *workspace) add(example, prefix string) {
	w.Helper()
	err := filepath.WalkDir(example, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(example, path)
		if err != nil {
			return err
		}
		if d.IsDir() {
			return os.MkdirAll(filepath.Join(w.dir, rel), 0o755)
		}
		if strings.HasPrefix(rel, "terraform.tfstate") || strings.Contains(rel, ".additions.json") {
			return nil // somebody tried the example out
		}
		content, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if filepath.Ext(rel) == ".tf" {
			rel = prefix + rel
		}
		return os.WriteFile(filepath.Join(w.dir, rel), content, 0o644)
	})
	if err != nil {
		w.Fatal(err)
	}
}

// replace changes the one occurrence of a text in a file of the workspace.
func (w *workspace) replace(file, before, after string) {
	w.Helper()
	path := filepath.Join(w.dir, file)
	content, err := os.ReadFile(path)
	if err != nil {
		w.Fatal(err)
	}
	if n := strings.Count(string(content), before); n != 1 {
		w.Fatalf("%s holds %q %d times:\n%s", file, before, n, content)
	}
	if err := os.WriteFile(path, []byte(strings.Replace(string(content), before, after, 1)), 0o644); err != nil {
		w.Fatal(err)
	}
}

var (
	progress    = regexp.MustCompile(`(?m)^(Acquiring|Releasing) state lock.*\n|^\S+: (Refreshing state|Reading|Read complete|Creating|Creation complete|Modifying|Modifications complete|Destroying|Destruction complete).*\n`)
	devOverride = regexp.MustCompile(`(?s)(│ |╷\n│ |)Warning: Provider development overrides are in effect\n.*?releases\.\n(╵\n)?`)
)

// run runs terraform, insists on its exit code, and returns what it prints,
// without what depends on the moment and on this test.
func (w *workspace) run(exit int, args ...string) string {
	w.Helper()
	cmd := exec.Command(w.path, args...)
	cmd.Dir, cmd.Env = w.dir, w.env
	var b bytes.Buffer
	cmd.Stdout, cmd.Stderr = &b, &b
	var failed *exec.ExitError
	if err := cmd.Run(); err != nil && !errors.As(err, &failed) {
		w.Fatal(err)
	}
	out := progress.ReplaceAllString(devOverride.ReplaceAllString(b.String(), ""), "")
	if got := cmd.ProcessState.ExitCode(); got != exit {
		w.Fatalf("terraform %s: exit code %d, want %d\n%s", strings.Join(args, " "), got, exit, out)
	}
	return out
}

// A plan is what the tests look at in a plan.
type plan struct {
	text string
	// outputs are the values that are known, by name.
	outputs map[string]any
	// changes are the values after the change, by address, of all that changes.
	changes map[string]map[string]any
}

// plan plans with an exit code of -detailed-exitcode: 0 no difference, 1 error, 2
// difference.
func (w *workspace) plan(exit int, args ...string) plan {
	w.Helper()
	p := plan{outputs: map[string]any{}, changes: map[string]map[string]any{}}
	p.text = w.run(exit, append([]string{"plan", "-no-color", "-input=false", "-detailed-exitcode", "-out=p.tfplan"}, args...)...)
	if exit == 1 {
		return p
	}
	var read struct {
		PlannedValues struct {
			Outputs map[string]struct{ Value any }
		} `json:"planned_values"`
		ResourceChanges []struct {
			Address string
			Change  struct {
				Actions []string
				After   map[string]any
			}
		} `json:"resource_changes"`
	}
	cmd := exec.Command(w.path, "show", "-json", "p.tfplan")
	cmd.Dir, cmd.Env = w.dir, w.env
	out, err := cmd.Output()
	if err == nil {
		err = json.Unmarshal(out, &read)
	}
	if err != nil {
		w.Fatalf("terraform show -json: %v\n%s", err, out)
	}
	for name, o := range read.PlannedValues.Outputs {
		p.outputs[name] = o.Value
	}
	for _, c := range read.ResourceChanges {
		if c.Change.Actions[0] != "no-op" {
			p.changes[c.Address] = c.Change.After
		}
	}
	return p
}

// apply applies, and expects that the next plan finds nothing left to do.
func (w *workspace) apply(args ...string) {
	w.Helper()
	w.run(0, append([]string{"apply", "-no-color", "-input=false", "-auto-approve"}, args...)...)
	w.plan(0, args...)
}

// wants tells which texts are not in the printed plan. White space does not count,
// since Terraform wraps lines.
func (p plan) wants(t testing.TB, texts ...string) {
	t.Helper()
	flat := flatten(p.text)
	for _, text := range texts {
		if !strings.Contains(flat, flatten(text)) {
			t.Errorf("no %q in\n%s", text, p.text)
		}
	}
}

func flatten(text string) string {
	return strings.Join(strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(" \n\r│", r) }), " ")
}

// output compares an output with a JSON text.
func (p plan) output(t testing.TB, name, want string) {
	t.Helper()
	var value any
	if err := json.Unmarshal([]byte(want), &value); err != nil {
		t.Fatalf("%s: %v", want, err)
	}
	got, expected := asJSON(t, p.outputs[name]), asJSON(t, value)
	if got != expected {
		t.Errorf("output %s is\n%s\nwant\n%s", name, got, expected)
	}
}

func asJSON(t testing.TB, v any) string {
	t.Helper()
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(v); err != nil {
		t.Fatal(err)
	}
	return b.String()
}
