package fortios

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/hcl"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
)

// objectTypes are the resources for entries of tables of objects.
var objectTypes = map[string]string{
	"firewall address": "fortios_firewall_address", "firewall address6": "fortios_firewall_address6", "firewall service custom": "fortios_firewallservice_custom",
}

// Resources writes what [Write] writes as resources of the Terraform provider fortios: the
// objects that the text has not, a fortios_firewall_policy for each policy, and the
// fortios_firewall_policy_move that puts it before the one that decides. Errors are those
// of Write; a table of IPv6 policies of their own has no such resources.
func Resources(_ string, in rule.Insertion) (string, error) {
	w, err := written(in)
	if err != nil {
		return "", err
	}
	var blocks []string
	for _, o := range w.made {
		blocks = append(blocks, hcl.Resource(objectTypes[o.table], hcl.Name(o.name), func(b *hcl.Block) {
			b.Text("name", o.name)
			for line := range strings.Lines(o.settings) {
				words := strings.Fields(line) // set NAME VALUE…
				b.Text(strings.ReplaceAll(words[1], "-", "_"), strings.Join(words[2:], " "))
			}
			b.Text("vdomparam", w.site.vdom)
		}))
	}
	for i := range w.placed {
		p := &w.placed[i]
		if p.split {
			return "", errors.New("IPv6 policies stand in a table of their own; write them as commands")
		}
		before := ""
		if i > 0 { // one after the other, so that they come in their order
			before = resourceName(&w.placed[i-1])
		}
		blocks = append(blocks, w.policyResource(p, before))
		if p.before != "" {
			blocks = append(blocks, w.moveResource(p, before))
		}
	}
	return strings.Join(blocks, "\n\n"), nil
}

func (w *writer) policyResource(p *placedPolicy, behind string) string {
	return hcl.Resource("fortios_firewall_policy", resourceName(p), func(b *hcl.Block) {
		b.Set("policyid", strconv.Itoa(p.id))
		b.Text("name", p.name)
		b.Text("action", p.action)
		b.Text("schedule", "always")
		b.Text("logtraffic", "all")
		b.Text("vdomparam", w.site.vdom)
		for _, list := range []struct {
			block, table string
			names        []string
		}{
			{"srcintf", "", p.from}, {"dstintf", "", p.to},
			{"srcaddr" + p.suffix, "firewall address" + p.suffix, p.src}, {"dstaddr" + p.suffix, "firewall address" + p.suffix, p.dst},
			{"service", "firewall service custom", p.svcs},
		} {
			for _, name := range list.names {
				b.Block(list.block, func(b *hcl.Block) { b.Set("name", w.reference(list.table, name)) })
			}
		}
		dependsOn(b, "fortios_firewall_policy", behind)
	})
}

// reference names an object; one that a resource makes by it, so that it comes first.
func (w *writer) reference(table, name string) string {
	kind := objectTypes[table]
	made := kind != "" && hcl.Has(w.in.Beside, kind, hcl.Name(name))
	for _, o := range w.made {
		made = made || o.table == table && o.name == name
	}
	if !made {
		return hcl.Quote(name)
	}
	return kind + "." + hcl.Name(name) + ".name"
}

func (w *writer) moveResource(p *placedPolicy, behind string) string {
	return hcl.Resource("fortios_firewall_policy_move", resourceName(p), func(b *hcl.Block) {
		b.Set("policyid_src", "fortios_firewall_policy."+resourceName(p)+".policyid")
		b.Set("policyid_dst", p.before)
		b.Text("move", "before")
		b.Text("vdomparam", w.site.vdom)
		dependsOn(b, "fortios_firewall_policy_move", behind)
	})
}

func dependsOn(b *hcl.Block, kind, name string) {
	if name != "" {
		b.Set("depends_on", hcl.Expressions(kind+"."+name))
	}
}

func resourceName(p *placedPolicy) string { return fmt.Sprintf("acl_%d", p.id) }
