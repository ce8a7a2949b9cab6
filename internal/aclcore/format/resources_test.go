package format_test

import (
	"encoding/json"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclparse"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/hashicorp/hcl/v2/hclwrite"
	"github.com/zclconf/go-cty/cty"
	ctyjson "github.com/zclconf/go-cty/cty/json"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/enginetest"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/oracle"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/service"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/traffic"
)

// blockAttributes are arguments of providers that are blocks: lists in a state.
func blockLists(body *hclsyntax.Body, names map[string]cty.Value, t *testing.T) map[string]cty.Value {
	t.Helper()
	out := make(map[string]cty.Value)
	for name, a := range body.Attributes {
		if name == "depends_on" {
			continue
		}
		v, diags := a.Expr.Value(&hcl.EvalContext{Variables: names})
		if diags.HasErrors() {
			t.Fatal(diags)
		}
		out[name] = v
	}
	lists := make(map[string][]cty.Value)
	for _, b := range body.Blocks {
		lists[b.Type] = append(lists[b.Type], cty.ObjectVal(blockLists(b.Body, names, t)))
	}
	for name, list := range lists {
		out[name] = cty.TupleVal(list)
	}
	return out
}

// stateOf returns the state of Terraform once the resources of a text are there. A
// reference is to the name, or the number, of another resource of the text.
func stateOf(t *testing.T, text string) []byte {
	t.Helper()
	file, diags := hclparse.NewParser().ParseHCL([]byte(text), "change.tf")
	if diags.HasErrors() {
		t.Fatalf("%v\n%s", diags, text)
	}
	if formatted := string(hclwrite.Format([]byte(text))); formatted != text {
		t.Errorf("is not formatted:\n%s", text)
	}
	blocks := assembled(file.Body.(*hclsyntax.Body).Blocks)
	kinds := make(map[string]map[string]cty.Value)
	for _, b := range blocks {
		if kinds[b.Labels[0]] == nil {
			kinds[b.Labels[0]] = make(map[string]cty.Value)
		}
		own := make(map[string]cty.Value)
		for _, key := range []string{"name", "policyid"} {
			if a := b.Body.Attributes[key]; a != nil {
				own[key], _ = a.Expr.Value(nil)
			}
		}
		if _, twice := kinds[b.Labels[0]][b.Labels[1]]; twice {
			t.Fatalf("%s.%s is there twice:\n%s", b.Labels[0], b.Labels[1], text)
		}
		kinds[b.Labels[0]][b.Labels[1]] = cty.ObjectVal(own)
	}
	names := make(map[string]cty.Value)
	for kind, list := range kinds {
		names[kind] = cty.ObjectVal(list)
	}
	var resources []map[string]any
	for _, b := range blocks {
		values, err := ctyjson.Marshal(cty.ObjectVal(blockLists(b.Body, names, t)), cty.DynamicPseudoType)
		if err != nil {
			t.Fatal(err)
		}
		var typed struct {
			Value json.RawMessage `json:"value"`
		}
		if err := json.Unmarshal(values, &typed); err != nil {
			t.Fatal(err)
		}
		resources = append(resources, map[string]any{"address": b.Labels[0] + "." + b.Labels[1], "mode": "managed", "type": b.Labels[0], "values": typed.Value})
	}
	state, err := json.Marshal(map[string]any{"format_version": "1.0", "values": map[string]any{"root_module": map[string]any{"resources": resources}}})
	if err != nil {
		t.Fatal(err)
	}
	return state
}

// assembled puts blocks that are to be added to a resource of Junos into one.
func assembled(blocks hclsyntax.Blocks) hclsyntax.Blocks {
	var out hclsyntax.Blocks
	wholes := make(map[string]*hclsyntax.Block)
	text := func(name, value string) *hclsyntax.Attribute {
		return &hclsyntax.Attribute{Name: name, Expr: &hclsyntax.LiteralValueExpr{Val: cty.StringVal(value)}}
	}
	for _, b := range blocks {
		var kind string
		var attributes hclsyntax.Attributes
		switch b.Type {
		case "resource":
			out = append(out, b)
			continue
		case "term":
			kind, attributes = "junos_firewall_filter", hclsyntax.Attributes{"name": text("name", "f"), "family": text("family", "inet")}
		case "policy":
			kind, attributes = "junos_security_policy", hclsyntax.Attributes{"from_zone": text("from_zone", "a"), "to_zone": text("to_zone", "b")}
		default:
			kind, attributes = "junos_security_address_book", hclsyntax.Attributes{"name": text("name", "global")}
		}
		if wholes[kind] == nil {
			wholes[kind] = &hclsyntax.Block{Type: "resource", Labels: []string{kind, "whole"}, Body: &hclsyntax.Body{Attributes: attributes}}
			out = append(out, wholes[kind])
		}
		wholes[kind].Body.Blocks = append(wholes[kind].Body.Blocks, b)
	}
	return out
}

// readBack reads the one list of a state, without what may stand outside of it.
func readBack(t *testing.T, state []byte, list string) *rule.Ruleset {
	t.Helper()
	doc, err := format.Document(state, "state.json", "terraform", "")
	if err != nil {
		t.Fatalf("%v\n%s", err, state)
	}
	for i := range doc.Lists {
		l := &doc.Lists[i]
		if !strings.HasPrefix(l.Name, list) {
			continue
		}
		rs := l.Ruleset()
		rs.Source = "state.json"
		assume := make(map[string]bool)
		for _, r := range rs.Rules {
			for _, why := range r.Unknown {
				if strings.HasPrefix(why, "rules outside of the file: ") {
					assume[why] = false
				}
			}
		}
		if rs, err = format.Assume(rs, assume); err != nil {
			t.Fatal(err)
		}
		return rs
	}
	t.Fatalf("no list %s in\n%s", list, state)
	return nil
}

// isWide reports whether services are many protocols and not all: a resource for each.
func isWide(s service.Set) bool {
	return !s.IsAny() && slices.ContainsFunc(s.Ranges(), func(r service.Range) bool { return r.ProtoTo-r.ProtoFrom > 3 })
}

// TestResources: a change as resources of Terraform does what the rules say, as the reader
// of Terraform states understands it.
func TestResources(t *testing.T) {
	dice := rand.New(rand.NewPCG(3, 4))
	for _, tt := range []struct{ format, list, read string }{
		{"panos", "security", "panos vsys1"},
		{"fortios", "policy", "fortios root"},
		{"checkpoint", "Network", "checkpoint Network"},
		{"junos", "policies", "junos policies"},
		{"junos", "inet f", "junos_firewall_filter.whole"},
		{"azure", "web inbound", "web inbound"},
		{"gcp", "prod egress", "prod egress"},
	} {
		t.Run(tt.format+" "+tt.list, func(t *testing.T) {
			written := 0
			for tries := 0; written < 60; tries++ {
				if tries == 5000 {
					t.Fatalf("%d rules are written", written)
				}
				r := rule.Rule{Action: rule.Action(dice.IntN(2)), Traffic: enginetest.DrawProduct(dice), SourceZones: []string{"a"}, DestinationZones: []string{"b"}}
				if r.Traffic.IsEmpty() || isWide(r.Traffic.Services) {
					continue
				}
				in := rule.Insertion{Base: &rule.Ruleset{}, Rules: []rule.Rule{r}}
				command, err2 := format.Change(tt.format, tt.list, in)
				if len(command) > 3000 {
					continue
				}
				text, err := format.Resources(tt.format, tt.list, in)
				if (err == nil) != (err2 == nil) {
					t.Fatalf("resources: %v, commands: %v\n%s", err, err2, command)
				}
				if err != nil || text == "" {
					continue
				}
				written++
				if tt.format == "checkpoint" { // a rule alone does not say what its layer does with the rest
					text += "\n\nresource \"checkpoint_management_access_layer\" \"whole\" {\n  name                    = \"Network\"\n  implicit_cleanup_action = \"drop\"\n}"
				}
				got := readBack(t, stateOf(t, text), tt.read)
				want := &rule.Ruleset{Rules: []rule.Rule{r}}
				for _, p := range enginetest.Packets([]traffic.Product{traffic.Any()}, "a", "b") {
					if !p.In(r.Traffic) && (tt.format == "azure" || tt.format == "gcp") || tt.list == "inet f" && !p.From.Is4() {
						continue // for other rules, which these lists end with, and other filters
					}
					g, w := oracle.Decide(got, p), oracle.Decide(want, p)
					if g.Permit != w.Permit || g.Deny != w.Deny {
						t.Fatalf("%+v: permitted %v and denied %v, want %v and %v, by %s\n%s", p, g.Permit, g.Deny, w.Permit, w.Deny, &r, text)
					}
				}
			}
		})
	}
}
