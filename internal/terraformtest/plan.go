package terraformtest

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
)

// A Plan is what the tests read of terraform's JSON plan.
type Plan struct {
	Text            string           `json:"-"` // as it was printed
	ResourceChanges []ResourceChange `json:"resource_changes"`
	ResourceDrift   []ResourceChange `json:"resource_drift"`
	OutputChanges   map[string]struct {
		Before, After any
		AfterUnknown  any `json:"after_unknown"`
	} `json:"output_changes"`
	PlannedValues struct {
		Outputs map[string]struct{ Value any }
	} `json:"planned_values"`
	Errored bool `json:"errored"`
}

// A ResourceChange is one of the changes of a [Plan].
type ResourceChange struct {
	Address string `json:"address"`
	Mode    string `json:"mode"`
	Change  struct {
		Actions      []string       `json:"actions"`
		Before       map[string]any `json:"before"`
		After        map[string]any `json:"after"`
		AfterUnknown map[string]any `json:"after_unknown"`
	} `json:"change"`
}

// PlanFile is where [Workspace.PlanJSON] saves a plan.
const PlanFile = "p.tfplan"

// PlanJSON plans and returns the plan as terraform show -json gives it.
func (w *Workspace) PlanJSON(exit int, args ...string) Plan {
	w.Helper()
	text := w.Plan(exit, append(args[:len(args):len(args)], "-out="+PlanFile)...)
	p := w.Show(PlanFile)
	p.Text = text
	return p
}

// Show reads a plan that was saved.
func (w *Workspace) Show(file string) (p Plan) {
	w.Helper()
	w.Decode(&p, "show", "-json", file)
	return p
}

// Decode runs terraform and reads its standard output as JSON.
func (w *Workspace) Decode(into any, args ...string) {
	w.Helper()
	if err := w.JSON(into, args...); err != nil {
		w.Fatalf("terraform %s: %v", strings.Join(args, " "), err)
	}
}

// JSON is [Workspace.Decode] that returns the error of terraform, after reading what
// it printed.
func (w *Workspace) JSON(into any, args ...string) error {
	w.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), CommandTimeout)
	defer cancel()
	out, failed := w.Command(ctx, args...).Output()
	if err := json.Unmarshal(out, into); err != nil {
		w.Fatalf("terraform %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return failed
}

// Change returns the change of a resource, which has to be there.
func (p Plan) Change(t testing.TB, address string) ResourceChange {
	t.Helper()
	for _, c := range p.ResourceChanges {
		if c.Address == address {
			return c
		}
	}
	t.Fatalf("the plan has no %s: %+v", address, p.ResourceChanges)
	return ResourceChange{}
}

// State returns the attributes of the resources in the state, by address.
func (w *Workspace) State() map[string]map[string]any {
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
	w.Decode(&s, "show", "-json")
	out := map[string]map[string]any{}
	for _, r := range s.Values.RootModule.Resources {
		out[r.Address] = r.Values
		if r.Tainted {
			w.Errorf("%s is tainted", r.Address)
		}
	}
	return out
}
