package hcl_test

import (
	"testing"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/hcl"
)

func TestResource(t *testing.T) {
	got := hcl.Resource("a_b", hcl.Name("1", "x-y.z"), func(b *hcl.Block) {
		b.Text("name", `say "${x}"`)
		b.Text("left_out", "")
		b.Set("location", hcl.Object(func(b *hcl.Block) { b.Set("vsys", "{}") }))
		b.Set("many", hcl.List("a", "b"))
		b.Block("rule", func(b *hcl.Block) { b.Set("n", "1") })
	})
	const want = `resource "a_b" "r1_x_y_z" {
  name = "say \"$${x}\""
  location = {
    vsys = {}
  }
  many = ["a", "b"]
  rule {
    n = 1
  }
}`
	if got != want {
		t.Errorf("%s\nwant\n%s", got, want)
	}
	if !hcl.Has([]string{"", got}, "a_b", "r1_x_y_z") || hcl.Has([]string{got}, "a_b", "r1") || !hcl.Says([]string{got}, `say "${x}"`) {
		t.Error("the resource is not found again")
	}
}
