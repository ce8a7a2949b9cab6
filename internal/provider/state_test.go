package provider

import (
	"context"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/terraformtest"
)

// A state that the first version has written is as good as one of today: nothing is
// to be done, drift is found, and what was written by it is taken back.
func TestAccStateOfFirstVersion(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("testdata/state/first.txtar")
	if err != nil {
		t.Fatal(err)
	}
	files := string(text)
	if terraformtest.Program.Tofu {
		files = strings.ReplaceAll(files, "registry.terraform.io", "registry.opentofu.org")
	}
	w := newWorkspace(t, files)
	w.Settled()
	w.Write("core.json", "[]\n")
	out := w.Plan(2)
	contains(t, out, "acl_flow.dns will be updated in-place", `status = "blocked" -> "allowed"`)
	lacks(t, out, "acl_application.shop")
	w.Run(0, "destroy")
	w.owned("edge.additions.json")
}

// TestSchemaKeepsStates compares the types of all attributes with those in
// testdata/state/schema.golden. Terraform keeps the values of attributes that are new
// empty, and cannot read a state in which one has gone or has another type: then the
// schema needs a version, and the resource an UpgradeState, before the golden file may
// be edited by hand. -update only adds to it.
func TestSchemaKeepsStates(t *testing.T) {
	got := map[string]string{}
	for _, r := range []resource.Resource{newFlowResource(), newApplicationResource()} {
		var meta resource.MetadataResponse
		r.Metadata(context.Background(), resource.MetadataRequest{ProviderTypeName: "acl"}, &meta)
		var schema resource.SchemaResponse
		r.Schema(context.Background(), resource.SchemaRequest{}, &schema)
		if schema.Schema.Version != 0 {
			if _, ok := r.(resource.ResourceWithUpgradeState); !ok {
				t.Errorf("%s has schema version %d and does not upgrade states", meta.TypeName, schema.Schema.Version)
			}
		}
		typesOf(meta.TypeName, schema.Schema.Type().TerraformType(context.Background()), got)
	}
	const golden = "testdata/state/schema.golden"
	text, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{}
	for line := range strings.Lines(string(text)) {
		path, kind, _ := strings.Cut(strings.TrimSpace(line), " ")
		want[path] = kind
	}
	var all strings.Builder
	for _, path := range slices.Sorted(maps.Keys(got)) {
		switch kind, known := want[path]; {
		case !known && !*updateFlag:
			t.Errorf("%s is new; make test-update adds it to %s", path, golden)
		case known && kind != got[path]:
			t.Errorf("%s was %s, and is %s: states that have it cannot be read without an upgrade", path, kind, got[path])
		}
		fmt.Fprintf(&all, "%s %s\n", path, got[path])
	}
	for path := range want {
		if _, ok := got[path]; !ok {
			t.Errorf("%s has gone: states that have it cannot be read without an upgrade", path)
		}
	}
	if *updateFlag && !t.Failed() {
		if err := os.WriteFile(golden, []byte(all.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// typesOf lists what is neither object nor collection in a type, by path.
func typesOf(path string, of tftypes.Type, into map[string]string) {
	switch of := of.(type) {
	case tftypes.Object:
		for name, t := range of.AttributeTypes {
			typesOf(path+"."+name, t, into)
		}
	case tftypes.List:
		typesOf(path+"[]", of.ElementType, into)
	case tftypes.Map:
		typesOf(path+"{}", of.ElementType, into)
	default:
		into[path] = strings.ToLower(strings.TrimPrefix(of.String(), "tftypes."))
	}
}
