package provider

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/resource"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/businessflow"
)

// journalKey is where the journal lies in a resource's private state.
const journalKey = "algosec"

// loadJournal returns the journal, empty if there is none that can be read.
func loadJournal(ctx context.Context, p privateState) (j businessflow.Journal) {
	raw, diags := p.GetKey(ctx, journalKey)
	if diags.HasError() || len(raw) == 0 || json.Unmarshal(raw, &j) != nil {
		return businessflow.Journal{}
	}
	return j
}

func storeJournal(ctx context.Context, p privateState, j businessflow.Journal) (diags diag.Diagnostics) {
	raw, err := json.Marshal(j)
	if err != nil {
		diags.AddError("Unable to keep what was found out", fmt.Sprintf("Encoding what was seen in AlgoSec: %s.", err))
		return diags
	}
	return p.SetKey(ctx, journalKey, raw)
}

// forgetSeen is the Read of what AlgoSec cannot be asked about yet: what was so under
// an earlier configuration does not count.
func forgetSeen(ctx context.Context, resp *resource.ReadResponse) {
	j := loadJournal(ctx, resp.Private)
	j.Seen = nil
	resp.Diagnostics.Append(storeJournal(ctx, resp.Private, j)...)
}

// readDeclaration is the Read of a resource that declares d: it keeps the journal,
// removes the resource if it is gone, and returns what was found, nil for nothing.
func (s algosecTarget) readDeclaration(ctx context.Context, resp *resource.ReadResponse, d businessflow.Declaration) *applicationValues {
	j := loadJournal(ctx, resp.Private)
	p, gone := s.refreshDeclaration(ctx, d, &j, &resp.Diagnostics)
	if gone {
		resp.State.RemoveResource(ctx)
		return nil
	}
	s.journals.Store(d.Key(), j)
	resp.Diagnostics.Append(storeJournal(ctx, resp.Private, j)...)
	return p
}
