package checkpoint

import (
	"fmt"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/hcl"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
)

const resourcePrefix = "checkpoint_management_"

// Resources writes what [Write] writes as resources of the Terraform provider checkpoint:
// the objects that the text has not, and each rule above the one that decides. Errors are
// those of Write. The provider needs a checkpoint_management_publish and an
// install_policy behind them.
func Resources(list string, in rule.Insertion) (string, error) {
	w, err := written(list, in)
	if err != nil {
		return "", err
	}
	var blocks []string
	for _, command := range w.objects {
		if kind, name, block := objectResource(command); !hcl.Has(in.Beside, kind, name) {
			blocks = append(blocks, block)
		}
	}
	before := ""
	for i := range w.placed { // one after the other, so that they come in their order
		name, block := w.ruleResource(&w.placed[i], blocks, before)
		blocks, before = append(blocks, block), name
	}
	return strings.Join(blocks, "\n\n"), nil
}

// objectResource writes the object that a command "mgmt_cli add KIND name NAME KEY VALUE…"
// adds. Its values are words, some of them in quotes.
func objectResource(command string) (kind, name, block string) {
	words := strings.Fields(command)[2:]
	for i := range words {
		words[i] = strings.Trim(words[i], "'\"")
	}
	kind, name = resourcePrefix+strings.ReplaceAll(words[0], "-", "_"), hcl.Name(words[2])
	return kind, name, hcl.Resource(kind, name, func(b *hcl.Block) {
		for i := 1; i+1 < len(words); i += 2 {
			key := strings.ReplaceAll(words[i], "-", "_")
			if isNumber(words[i+1]) && key != "port" && key != "source_port" && key != "name" {
				b.Set(key, words[i+1])
				continue
			}
			b.Text(key, words[i+1])
		}
	})
}

func isNumber(text string) bool { return text != "" && strings.Trim(text, "0123456789") == "" }

func (w *writer) ruleResource(p *placedRule, written []string, behind string) (name, block string) {
	for i := 1; ; i++ {
		name = hcl.Name("acl", p.layer, fmt.Sprint(i))
		if !hcl.Has(w.in.Beside, resourcePrefix+"access_rule", name) && !hcl.Has(written, resourcePrefix+"access_rule", name) {
			break
		}
	}
	return name, hcl.Resource(resourcePrefix+"access_rule", name, func(b *hcl.Block) {
		b.Text("layer", p.layer)
		b.Text("name", p.name)
		b.Set("position", hcl.Object(func(b *hcl.Block) {
			if p.above != "" {
				b.Text("above", p.above)
			} else {
				b.Text("bottom", "bottom")
			}
		}))
		for _, cell := range p.cells {
			b.Set(cell.key, w.names(cell, written))
		}
		b.Text("action", p.action)
		b.Set("track", hcl.Object(func(b *hcl.Block) { b.Text("type", "Log") }))
		if behind != "" {
			b.Set("depends_on", hcl.Expressions(resourcePrefix+"access_rule."+behind))
		}
	})
}

// names writes the objects of a cell; one that a resource makes by it, so that it comes
// first.
func (w *writer) names(cell namedCell, written []string) string {
	out := make([]string, len(cell.names))
	for i, name := range cell.names {
		out[i] = hcl.Quote(name)
		for _, kind := range objectKinds {
			if id := hcl.Name(name); hcl.Has(w.in.Beside, resourcePrefix+kind, id) || hcl.Has(written, resourcePrefix+kind, id) {
				out[i] = resourcePrefix + kind + "." + id + ".name"
			}
		}
	}
	return hcl.Expressions(out...)
}

// objectKinds are the types of objects that the writer adds.
var objectKinds = []string{"host", "network", "address_range", "service_tcp", "service_udp", "service_sctp", "service_icmp", "service_icmp6", "service_other"}
