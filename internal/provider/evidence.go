package provider

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/estate"
)

// evidenceKey is where the evidence lies in a resource's private state.
const evidenceKey = "evidence"

// evidence is what the last refresh found out about one flow beyond its state.
// Terraform plans a second time during apply; private state is the same then, so
// that a plan which rests on evidence alone comes out the same.
type evidence struct {
	Settled     bool     `json:"settled"`
	Unsettled   string   `json:"unsettled,omitempty"`
	Deliverable bool     `json:"deliverable,omitempty"`
	Obstacles   []string `json:"obstacles,omitempty"`
	// Planned is set unless Settled.
	Planned *estate.Found     `json:"planned,omitempty"`
	Digests map[string]string `json:"digests,omitempty"`
	// DeniedBy and Expired are what policies said. The violations are in the state.
	DeniedBy []string `json:"denied_by,omitempty"`
	Expired  bool     `json:"expired,omitempty"`
}

func newEvidence(a *estate.Assessment) evidence {
	e := evidence{Settled: a.Settled, Unsettled: a.Unsettled, Deliverable: a.Deliverable, Obstacles: a.Obstacles, Digests: a.Digests, DeniedBy: a.DeniedBy, Expired: a.Expired}
	if !a.Settled {
		planned := a.Planned
		planned.Violations = nil
		e.Planned = &planned
	}
	return e
}

// privateState is what the framework's private state types have in common.
type privateState interface {
	GetKey(ctx context.Context, key string) ([]byte, diag.Diagnostics)
	SetKey(ctx context.Context, key string, value []byte) diag.Diagnostics
}

// loadEvidence returns the evidence by flow name. Evidence that cannot be read is
// no evidence: the flow is assessed anew.
func loadEvidence(ctx context.Context, p privateState) map[string]evidence {
	raw, diags := p.GetKey(ctx, evidenceKey)
	if diags.HasError() || len(raw) == 0 {
		return nil
	}
	var out map[string]evidence
	if json.Unmarshal(raw, &out) != nil {
		return nil
	}
	return out
}

func storeEvidence(ctx context.Context, p privateState, byFlow map[string]evidence) (diags diag.Diagnostics) {
	raw, err := json.Marshal(byFlow)
	if err != nil {
		diags.AddError("Unable to keep what was found out", fmt.Sprintf("Encoding the evidence of %d flows: %s.", len(byFlow), err))
		return diags
	}
	return p.SetKey(ctx, evidenceKey, raw)
}
