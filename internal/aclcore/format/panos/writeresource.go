package panos

import (
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/hcl"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
)

// Resources writes what [Write] writes as resources of the Terraform provider panos: a
// panos_service for each service that the text has not, and one panos_security_policy_rules
// with the rules, directly before the rule that decides. Errors are those of Write.
func Resources(_ string, in rule.Insertion) (string, error) {
	w, err := written(in)
	if err != nil {
		return "", err
	}
	var blocks []string
	for _, s := range w.made {
		blocks = append(blocks, hcl.Resource("panos_service", hcl.Name(s.name), func(b *hcl.Block) {
			b.Set("location", location(w.site.prefix))
			b.Text("name", s.name)
			b.Set("protocol", hcl.Object(func(b *hcl.Block) {
				b.Set(s.protocol, hcl.Object(func(b *hcl.Block) {
					b.Text("destination_port", s.ports)
					b.Text("source_port", s.sources)
				}))
			}))
		}))
	}
	if len(w.placed) > 0 {
		blocks = append(blocks, w.resource())
	}
	return strings.Join(blocks, "\n\n"), nil
}

// resource writes the rules, which are one group.
func (w *writer) resource() string {
	return hcl.Resource("panos_security_policy_rules", hcl.Name(w.placed[0].name), func(b *hcl.Block) {
		b.Set("location", location(w.base))
		b.Set("position", hcl.Object(func(b *hcl.Block) {
			if w.before == "" {
				b.Text("where", "last")
				return
			}
			b.Text("where", "before")
			b.Set("directly", "true")
			b.Text("pivot", w.before)
		}))
		var rules []string
		for _, p := range w.placed {
			rules = append(rules, hcl.Object(func(b *hcl.Block) {
				b.Text("name", p.name)
				b.Set("source_zones", words(p.rule.SourceZones))
				b.Set("destination_zones", words(p.rule.DestinationZones))
				b.Set("source_addresses", words(addressWords(p.rule.Traffic.Sources)))
				b.Set("destination_addresses", words(addressWords(p.rule.Traffic.Destinations)))
				b.Set("source_users", words(nil))
				b.Set("category", words(nil))
				b.Set("applications", words(nil))
				b.Set("services", w.serviceWords(p.services))
				b.Text("action", p.action)
			}))
		}
		b.Set("rules", "[\n"+strings.Join(rules, ",\n")+",\n]")
	})
}

// words writes a list; none stand for any.
func words(list []string) string {
	if len(list) == 0 {
		return hcl.List("any")
	}
	return hcl.List(list...)
}

// serviceWords names services; those that a resource makes by it, so that it comes first.
func (w *writer) serviceWords(names []string) string {
	if len(names) == 0 {
		return words(nil)
	}
	out := make([]string, len(names))
	for i, name := range names {
		out[i] = hcl.Quote(name)
		made := hcl.Has(w.in.Beside, "panos_service", hcl.Name(name))
		for _, s := range w.made {
			made = made || s.name == name
		}
		if made {
			out[i] = "panos_service." + hcl.Name(name) + ".name"
		}
	}
	return hcl.Expressions(out...)
}

// location writes where rules or objects belong, from the words of their commands.
func location(path []string) string {
	place := func(kind string, build func(b *hcl.Block)) string {
		return hcl.Object(func(b *hcl.Block) { b.Set(kind, hcl.Object(build)) })
	}
	rulebase := func(b *hcl.Block) {
		if last := path[len(path)-1]; strings.HasSuffix(last, "-rulebase") {
			b.Text("rulebase", last)
		}
	}
	switch {
	case len(path) > 1 && path[0] == "device-group":
		return place("device_group", func(b *hcl.Block) { b.Text("name", path[1]); rulebase(b) })
	case len(path) > 0 && path[0] == "shared":
		return place("shared", rulebase)
	case len(path) > 1 && path[0] == "vsys":
		return place("vsys", func(b *hcl.Block) { b.Text("name", path[1]) })
	}
	return place("vsys", func(b *hcl.Block) { b.Text("name", "vsys1") })
}
