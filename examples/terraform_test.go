package examples_test

import (
	"bytes"
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/terraformtest"
)

func TestMain(m *testing.M) { os.Exit(terraformtest.Main(m)) }

// A workspace is a copy of an example, in which terraform runs with the provider
// as it is in this working tree.
type workspace struct{ *terraformtest.Workspace }

// newWorkspace copies a directory of examples/; the test is skipped where there is
// no terraform.
func newWorkspace(t testing.TB, example string) *workspace {
	t.Helper()
	w := &workspace{terraformtest.NewEmptyWorkspace(t)}
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
		if err != nil || d.IsDir() {
			return err
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
		w.Write(rel, string(content))
		return nil
	})
	if err != nil {
		w.Fatal(err)
	}
}

// A plan is what the tests look at in a plan.
type plan struct {
	text string
	// outputs are the values that are known, by name.
	outputs map[string]any
	// changes are the values after the change, by address, of all that changes.
	changes map[string]map[string]any
}

// plan is [terraformtest.Workspace.PlanJSON] of a plan that need not succeed.
func (w *workspace) plan(exit int, args ...string) plan {
	w.Helper()
	p := plan{outputs: map[string]any{}, changes: map[string]map[string]any{}}
	if exit == 1 {
		p.text = w.Plan(exit, append(args, "-out="+terraformtest.PlanFile)...)
		return p
	}
	read := w.PlanJSON(exit, args...)
	p.text = read.Text
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
	w.Apply(0, args...)
	w.Plan(0, args...)
}

// settle applies, and expects two plans in a row without a difference: the first must
// not leave anything for the second.
func (w *workspace) settle(args ...string) {
	w.Helper()
	w.apply(args...)
	w.Plan(0, args...)
}

// wants tells which texts are not in the printed plan.
func (p plan) wants(t testing.TB, texts ...string) {
	t.Helper()
	terraformtest.Contains(t, p.text, texts...)
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
