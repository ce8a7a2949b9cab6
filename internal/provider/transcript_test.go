package provider

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/terraformtest"
)

// TestAccPlans runs testdata/plans/*.txtar and compares what is printed with the
// golden file of the same name. A case begins with a few words and the commands:
//
//	$ terraform ARGS => EXIT
//	$ json PLANFILE          what terraform show -json says of a saved plan
//	$ cp FROM TO             what changes outside of Terraform
//	$ rm FILE
//	$ cat FILE
//	$ ls                     the additions files that are there
//
// and goes on with the files. Exit codes stand in the case, so that -update cannot
// make them right. The texts are Terraform's; OpenTofu's differ, and only its exit
// codes are compared.
func TestAccPlans(t *testing.T) {
	terraformtest.Need(t)
	cases, err := filepath.Glob("testdata/plans/*.txtar")
	if err != nil || len(cases) == 0 {
		t.Fatalf("no cases: %v", err)
	}
	for _, path := range cases {
		name := strings.TrimSuffix(filepath.Base(path), ".txtar")
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			text, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			got := transcript(t, string(text))
			terraformtest.Golden(t, strings.TrimSuffix(path, ".txtar")+".golden", got, *updateFlag)
		})
	}
}

var scriptLine = regexp.MustCompile(`^\$ (\S+)((?: \S+)*?)(?: => (\d))?$`)

// planOfApply is the plan that apply and destroy print, which the case shows by
// terraform plan.
var planOfApply = regexp.MustCompile(`(?s)^\s*Terraform used the selected providers.*?\nPlan: [^\n]*\n`)

// transcript runs the commands of a case and returns them with what they print.
func transcript(t *testing.T, text string) string {
	w := newWorkspace(t, text)
	var b strings.Builder
	for line := range strings.Lines(string(txtar.Parse([]byte(text)).Comment)) {
		line = strings.TrimSpace(line)
		if !strings.HasPrefix(line, "$") {
			continue
		}
		m := scriptLine.FindStringSubmatch(line)
		if m == nil {
			t.Fatalf("%q is not a command", line)
		}
		args := strings.Fields(m[2])
		fmt.Fprintf(&b, "$ %s%s\n", m[1], m[2])
		switch m[1] {
		case "terraform":
			if slices.Contains([]string{"plan", "apply", "destroy"}, args[0]) {
				// What Terraform folds or lists first is then at least the same where
				// resources depend on each other.
				args = slices.Insert(args, 1, "-parallelism=1")
			}
			out, exit := w.Try(args...)
			if want, err := strconv.Atoi(m[3]); err != nil || exit != want {
				t.Fatalf("%s: exit %d\n%s", line, exit, out)
			}
			if args[0] != "plan" {
				out = planOfApply.ReplaceAllString(out, "")
			}
			fmt.Fprintf(&b, "%s\n[exit %d]\n\n", strings.TrimSpace(out), exit)
		case "json":
			var p terraformtest.Plan
			w.Decode(&p, "show", "-json", args[0])
			b.WriteString(jsonSummary(t, p) + "\n\n")
		case "cp":
			w.Write(args[1], w.Read(args[0]))
		case "rm":
			w.Remove(args[0])
		case "cat":
			b.WriteString(anyConfiguration.ReplaceAllString(w.Read(args[0]), "@CONFIGURATION") + "\n")
		case "ls":
			b.WriteString(strings.Join(w.additionsFiles(), "\n") + "\n")
		default:
			t.Fatalf("%q is not a command", line)
		}
	}
	return strings.TrimSpace(b.String()) + "\n"
}

// additionsFiles are the names of those that are there.
func (w *workspace) additionsFiles() []string {
	files, err := filepath.Glob(w.Path("*.additions.json"))
	if err != nil {
		w.Fatal(err)
	}
	for i := range files {
		files[i] = filepath.Base(files[i])
	}
	return files
}

// jsonSummary tells on one line each what a plan in JSON changes.
func jsonSummary(t *testing.T, p terraformtest.Plan) string {
	var b strings.Builder
	for _, part := range []struct {
		name    string
		changes []terraformtest.ResourceChange
	}{{"resource_changes", p.ResourceChanges}, {"resource_drift", p.ResourceDrift}} {
		for _, c := range part.changes {
			fmt.Fprintf(&b, "%s %s %s\n", part.name, c.Address, strings.Join(c.Change.Actions, ", "))
			before, after := map[string]string{}, map[string]string{}
			leaves(t, "", c.Change.Before, before)
			leaves(t, "", c.Change.After, after)
			for _, path := range slices.Sorted(maps.Keys(before)) {
				if after[path] == "" {
					fmt.Fprintf(&b, "  - %s = %s\n", path, before[path])
				}
			}
			for _, path := range slices.Sorted(maps.Keys(after)) {
				switch was := before[path]; was {
				case after[path]:
				case "":
					fmt.Fprintf(&b, "  + %s = %s\n", path, after[path])
				default:
					fmt.Fprintf(&b, "  ~ %s = %s -> %s\n", path, was, after[path])
				}
			}
		}
	}
	fmt.Fprintf(&b, "errored %v", p.Errored)
	return b.String()
}

// leaves flattens a value to what is neither an object nor a list.
func leaves(t *testing.T, path string, v any, into map[string]string) {
	switch v := v.(type) {
	case nil:
	case map[string]any:
		for key, e := range v {
			leaves(t, strings.TrimPrefix(path+"."+key, "."), e, into)
		}
	case []any:
		for i, e := range v {
			leaves(t, fmt.Sprintf("%s[%d]", path, i), e, into)
		}
	default:
		var b strings.Builder
		e := json.NewEncoder(&b)
		e.SetEscapeHTML(false)
		if err := e.Encode(v); err != nil {
			t.Fatal(err)
		}
		into[path] = strings.TrimSpace(b.String())
	}
}
