package junos

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/hcl"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/tree"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
)

// Resources writes what [Write] writes for the Terraform provider junos. It has one
// resource for a whole filter, pair of zones or address book, so that terms, policies and
// addresses are blocks to add to these, each below a comment that says where; applications,
// and addresses in the book of a zone, are resources of their own. Errors are those of
// Write.
func Resources(list string, in rule.Insertion) (string, error) {
	if in.Base != nil && len(partOf(in.Base.Writer)) > 0 {
		return "", errors.New("the Terraform provider junos has no logical systems and tenants")
	}
	text, err := Write(list, in)
	if err != nil {
		return "", err
	}
	root := &tree.Node{Line: 1}
	behind := make(map[string]string) // the term or policy that a new one goes before
	for i, line := range strings.Split(text, "\n") {
		words, _ := tree.Words(line)
		switch words[0] {
		case "set":
			if _, err := root.PutAll(i+1, words[1:]); err != nil {
				return "", err
			}
		case "insert": // … KIND NAME before KIND NAME
			n := len(words)
			behind[strings.Join(words[1:n-3], " ")] = words[n-1]
		}
	}
	w := &resourceWriter{beside: in.Beside, behind: behind}
	w.applications(root.Get("applications"))
	w.books(root.Get("security"))
	w.filters(root.Get("firewall", "family"))
	w.policies(root.Get("security", "policies", "from-zone"))
	return strings.Join(w.blocks, "\n\n"), nil
}

// partOf returns what commands for the part of a text begin with in which a list stands.
func partOf(writer any) []string {
	switch site := writer.(type) {
	case *filter:
		return site.prefix
	case *chain:
		if f := site.filter(0); f != nil {
			return f.prefix
		}
	case *policySite:
		return site.prefix
	}
	return nil
}

type resourceWriter struct {
	beside []string
	behind map[string]string
	blocks []string
}

// place writes a block below a comment that says what to add it to.
func (w *resourceWriter) place(comment string, name string, build func(b *hcl.Block)) {
	b := &hcl.Block{}
	b.Block(name, build)
	w.blocks = append(w.blocks, "# "+comment+"\n"+hcl.Format(b.String()))
}

// where says where a term or a policy goes.
func (w *resourceWriter) where(path string) string {
	if next := w.behind[path]; next != "" {
		return fmt.Sprintf(", before %q", next)
	}
	return ", at the end"
}

func (w *resourceWriter) applications(apps *tree.Node) {
	for _, n := range apps.Get("application").Active() {
		if hcl.Has(w.beside, "junos_application", hcl.Name(n.Word)) {
			continue
		}
		settings := func(b *hcl.Block) {
			for _, key := range []string{"protocol", "destination-port", "source-port", "icmp-type", "icmp-code", "icmp6-type", "icmp6-code"} {
				b.Text(strings.ReplaceAll(key, "-", "_"), n.Value(key))
			}
		}
		w.blocks = append(w.blocks, hcl.Resource("junos_application", hcl.Name(n.Word), func(b *hcl.Block) {
			b.Text("name", n.Word)
			if n.Get("icmp-type") == nil && n.Get("icmp6-type") == nil {
				settings(b)
				return
			}
			b.Block("term", func(b *hcl.Block) { // types of ICMP stand in terms only
				b.Text("name", n.Word)
				settings(b)
			})
		}))
	}
}

// books writes the addresses of the global book as blocks, those of zones as resources.
func (w *resourceWriter) books(security *tree.Node) {
	for _, n := range security.Get("address-book", "global", "address").Active() {
		if hcl.Says(w.beside, n.Word) {
			continue
		}
		kind, build := addressBlock(n)
		w.place(`Add the address to the junos_security_address_book of the name "global".`, kind, build)
	}
	for _, z := range security.Get("zones", "security-zone").Active() {
		for _, n := range z.Get("address-book", "address").Active() {
			name := hcl.Name(z.Word, n.Word)
			if hcl.Has(w.beside, "junos_security_zone_book_address", name) {
				continue
			}
			w.blocks = append(w.blocks, hcl.Resource("junos_security_zone_book_address", name, func(b *hcl.Block) {
				b.Text("zone", z.Word)
				b.Text("name", n.Word)
				if from := n.Get("range-address"); from != nil {
					b.Text("range_from", from.Nodes[0].Word)
					b.Text("range_to", from.Nodes[0].Value("to"))
					return
				}
				b.Text("cidr", n.Words()[0])
			}))
		}
	}
}

func addressBlock(n *tree.Node) (kind string, build func(b *hcl.Block)) {
	if from := n.Get("range-address"); from != nil {
		return "range_address", func(b *hcl.Block) {
			b.Text("name", n.Word)
			b.Text("from", from.Nodes[0].Word)
			b.Text("to", from.Nodes[0].Value("to"))
		}
	}
	return "network_address", func(b *hcl.Block) {
		b.Text("name", n.Word)
		b.Text("value", n.Words()[0])
	}
}

func (w *resourceWriter) filters(families *tree.Node) {
	for _, family := range families.Active() {
		for _, filter := range family.Get("filter").Active() {
			for _, t := range filter.Get("term").Active() {
				path := fmt.Sprintf("firewall family %s filter %s term %s", family.Word, filter.Word, t.Word)
				comment := fmt.Sprintf("Add the term %s to the junos_firewall_filter of the name %q and the family %s%s.", t.Word, filter.Word, family.Word, w.where(path))
				w.place(comment, "term", func(b *hcl.Block) { termBlock(b, t) })
			}
		}
	}
}

func termBlock(b *hcl.Block, t *tree.Node) {
	b.Text("name", t.Word)
	b.Block("from", func(b *hcl.Block) {
		for _, c := range t.Get("from").Active() {
			b.Set(strings.ReplaceAll(c.Word, "-", "_"), hcl.List(c.Words()...))
		}
	})
	b.Block("then", func(b *hcl.Block) { b.Text("action", t.Value("then")) })
}

func (w *resourceWriter) policies(zones *tree.Node) {
	for _, from := range zones.Active() {
		for _, to := range from.Get("to-zone").Active() {
			for _, p := range to.Get("policy").Active() {
				path := fmt.Sprintf("security policies from-zone %s to-zone %s policy %s", from.Word, to.Word, p.Word)
				comment := fmt.Sprintf("Add the policy %s to the junos_security_policy from the zone %s to %s%s.", p.Word, from.Word, to.Word, w.where(path))
				w.place(comment, "policy", func(b *hcl.Block) {
					b.Text("name", p.Word)
					for _, key := range []string{"source-address", "destination-address", "application"} {
						b.Set("match_"+strings.ReplaceAll(key, "-", "_"), w.names(key, p.Get("match", key).Words()))
					}
					b.Text("then", p.Value("then"))
				})
			}
		}
	}
}

// names writes a list; an application that a resource makes by it, so that it comes first.
func (w *resourceWriter) names(key string, words []string) string {
	out := make([]string, len(words))
	for i, word := range words {
		out[i] = hcl.Quote(word)
		if id := hcl.Name(word); key == "application" && hcl.Has(slices.Concat(w.beside, w.blocks), "junos_application", id) {
			out[i] = "junos_application." + id + ".name"
		}
	}
	return hcl.Expressions(out...)
}
