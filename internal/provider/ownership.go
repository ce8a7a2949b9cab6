package provider

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/additions"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/estate"
)

// ownershipKey is where a resource's private state says which rules are its own.
const ownershipKey = "additions"

// ownership tells the rules of a resource from those of others.
type ownership struct {
	// ID is that of the configuration which created the resource. It goes into the
	// owners of its rules and never changes.
	ID string `json:"id"`
	// Files are the additions files in which the resource owns rules. A ruleset may be
	// taken out of the provider with its rules still there.
	Files []string `json:"files,omitempty"`
}

// configurationID is the same for what is created in one directory, workspace and host:
// who creates anew what was killed takes over what it had written.
func configurationID() string {
	host, _ := os.Hostname()
	dir, err := os.Getwd()
	if err == nil {
		if real, err := filepath.EvalSymlinks(dir); err == nil {
			dir = real
		}
	}
	data := os.Getenv("TF_DATA_DIR")
	if data == "" {
		data = ".terraform"
	}
	workspace := os.Getenv("TF_WORKSPACE")
	if workspace == "" {
		selected, _ := os.ReadFile(filepath.Join(data, "environment"))
		workspace = strings.TrimSpace(string(selected))
	}
	if workspace == "" {
		workspace = "default"
	}
	sum := sha256.Sum256(fmt.Appendf(nil, "%q %q %q", host, dir, workspace))
	return hex.EncodeToString(sum[:])[:additions.IDLength]
}

// ownership returns what the private state says. For a resource that has none, since it
// was imported or is of release 0.1.0, the rules that are there for its flows are its own.
func (s *session) ownership(ctx context.Context, p privateState, flows []estate.Flow) ownership {
	var o ownership
	raw, diags := p.GetKey(ctx, ownershipKey)
	if !diags.HasError() && len(raw) > 0 && json.Unmarshal(raw, &o) == nil && o.ID != "" {
		return o
	}
	o = ownership{ID: s.configurationID}
	if ids := s.estate.Owners().Configurations(flows); len(ids) == 1 {
		o.ID = ids[0]
	}
	return o
}

// store keeps the ownership, with the files in which the flows own rules now.
func (s *session) storeOwnership(ctx context.Context, p privateState, o ownership, flows []estate.Flow) (diags diag.Diagnostics) {
	o.Files = s.estate.Owners().Holders(o.Files, flows)
	raw, err := json.Marshal(o)
	if err != nil {
		diags.AddError("Unable to keep whose rules are whose", err.Error())
		return diags
	}
	return p.SetKey(ctx, ownershipKey, raw)
}

// warnOwnership tells of rules that other configurations own for the same flows, and of
// own rules in files of rulesets that the provider no longer has.
func (s *session) warnOwnership(diags *diag.Diagnostics, o ownership, flows []estate.Flow) {
	if s.enforcement == enforceAdvisory {
		return
	}
	if left := s.estate.Owners().Abandoned(o.Files, flows); len(left) > 0 {
		diags.AddWarning(fmt.Sprintf("application %q: rules of a ruleset that the provider no longer has", flows[0].Application),
			fmt.Sprintf("Rules for its flows are left in %s. The next apply that changes the resource, or destroys it, removes them.", strings.Join(left, ", ")))
	}
	for _, shared := range s.estate.Owners().Shared(flows) {
		diags.AddWarning(fmt.Sprintf("flow %q is in two configurations", shared.Flow), shared.Text)
	}
}

// release gives up the rules that flows own, in the files of rulesets and in those of
// rulesets that the provider no longer has. A flow that another resource has taken over
// in this apply keeps them: one that moves is destroyed and created, in no particular
// order.
func (s *session) release(ctx context.Context, o ownership, flows []estate.Flow, diags *diag.Diagnostics) {
	errs := make([]error, len(flows))
	s.estate.Together(len(flows), func(i int) {
		f := flows[i]
		defer s.turn(f)()
		if by, _ := s.delivered.Load(f.ID()); by != f.Owner() {
			errs[i] = s.estate.Release(ctx, f.Owner())
		}
	})
	for i, err := range errs {
		if err != nil {
			diags.AddError(fmt.Sprintf("Unable to remove the rules of flow %q", flows[i].ID()), sentence(err.Error()))
		}
	}
	*diags = s.foldErrors(*diags)
	s.clear(ctx, o, flows, diags)
}

// clear gives up the rules of flows in the files of rulesets that the provider no
// longer has.
func (s *session) clear(ctx context.Context, o ownership, flows []estate.Flow, diags *diag.Diagnostics) {
	for _, file := range s.estate.Owners().Abandoned(o.Files, flows) {
		if err := s.estate.Owners().Clear(ctx, file, flows); err != nil {
			diags.AddError(fmt.Sprintf("Unable to remove rules from %s", file), sentence(err.Error()))
		}
	}
}

// owned returns the named flows as owners of rules.
func owned(application string, names []string, id string) []estate.Flow {
	out := make([]estate.Flow, len(names))
	for i, name := range slices.Sorted(slices.Values(names)) {
		out[i] = estate.Flow{Application: application, Name: name, Configuration: id}
	}
	return out
}
