package provider

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/testshared"
)

// TestAccRealEstateAudit audits the rules of a real estate against flows that are made of
// its own permits: a permit that decides anything serves the flow of its name, wants
// nothing more, and what covers the others permits as they do.
func TestAccRealEstateAudit(t *testing.T) {
	t.Parallel()
	dir := testshared.Dir(t, "corpora", "moj-modernisation-platform", "head")
	w := newWorkspace(t, "")
	for _, name := range []string{"main.tf", "audit.tf"} {
		text, err := os.ReadFile(filepath.Join("testdata", "corpus", name))
		if err != nil {
			t.Fatal(err)
		}
		w.Write(name, string(text))
	}
	ranges := "{"
	for name, of := range standIns {
		ranges += fmt.Sprintf("%s: %s,", quote(t, name), quote(t, of))
	}
	w.Write("terraform.tfvars.json", fmt.Sprintf(`{"dir": %s, "ranges": %s}}`, quote(t, dir), ranges[:len(ranges)-1]))
	p := w.PlanJSON(2)
	summary := p.OutputChanges["summary"].After.(map[string]any)
	for _, kind := range []string{"unused", "wider", "contradicts", "undecidable"} {
		if summary[kind] != 0.0 {
			t.Errorf("%s: %v", kind, summary[kind])
		}
	}
	if summary["shadowed"] == 0.0 || summary["redundant"] == 0.0 {
		t.Errorf("nothing is covered: %v", summary)
	}
	shadowed := map[string]bool{}
	for _, f := range p.OutputChanges["findings"].After.([]any) {
		f := f.(map[string]any)
		if f["kind"] == "shadowed" {
			shadowed[f["rule"].(string)] = true
		}
		t.Logf("%v %v, serves %v: %v %v", f["kind"], f["rule"], f["serves"], f["covered_by"], f["reason"])
	}
	for name, serves := range p.OutputChanges["serves"].After.(map[string]any) {
		if own := slices.Contains(elements(serves), any(name)); own == shadowed[name] && name != "default_block_development_test_ingress" {
			t.Errorf("%s serves its own flow: %t, shadowed: %t", name, own, shadowed[name])
		}
	}
	t.Logf("summary: %v", summary)
}
