package checkpoint

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/device"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/jsontree"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
)

// Parse reads answers of the management API. There is one list for each policy package,
// called as the package is; without packages, one for each layer that no rule calls. in
// Context chooses a gateway for rules that are installed on some only. Errors are led by
// source and line.
func Parse(in device.Input) (*device.Document, error) {
	e, err := read(in.Source, in.Content)
	if err != nil {
		return nil, err
	}
	return e.document(in)
}

// Document is like [Parse] for answers that another reader has put together. in.Content is
// not read. Reasons under [jsontree.Doubts] put a rule or an object in doubt.
func Document(in device.Input, values []jsontree.Value) (*device.Document, error) {
	e, err := take(in.Source, values, false)
	if err != nil {
		return nil, err
	}
	return e.document(in)
}

func (e *export) document(in device.Input) (*device.Document, error) {
	if len(e.layers) == 0 {
		return nil, fmt.Errorf("%s: holds no answer of show-access-rulebase", in.Source)
	}
	doc := &device.Document{Format: "checkpoint", Context: in.Context}
	n := newNames(e)
	gateways, err := e.gateways(in)
	if err != nil {
		return nil, err
	}
	doc.Contexts = gateways
	if len(e.policies()) == 0 {
		return nil, fmt.Errorf("%s:%d: every layer is called by a rule of another one, so that none is the first", in.Source, e.layers[0].line)
	}
	for _, p := range e.policies() {
		r := &reader{export: e, names: n, gateway: in.Context, site: &site{export: e, names: n, gateway: in.Context}}
		rules := r.policy(p)
		doc.Lists = append(doc.Lists, device.List{Name: p.name, Default: rule.Deny, Rules: rules, Disabled: r.disabled, Writer: r.site})
		doc.Bindings = append(doc.Bindings, device.Binding{List: p.name, Stage: device.StageBetween, V4: true, V6: true})
		if len(e.packages) == 0 {
			doc.Notes = append(doc.Notes, device.Note{
				Line: p.line, Text: "layer " + p.name, Reason: "whether the package has other layers, which all have to accept, is not in the text: add the answer of show-package",
			})
		}
	}
	r := &reader{export: e, names: n, gateway: in.Context}
	doc.Translations = r.translations()
	return doc, nil
}

// policies are the packages of the text, or stand for them.
func (e *export) policies() []pack {
	if len(e.packages) > 0 {
		return e.packages
	}
	called := make(map[string]bool)
	for _, l := range e.layers {
		for _, r := range rulesOf(&jsontree.Value{Kind: jsontree.Array, Items: values(l.items)}, 0) {
			if ref := r.Get("inline-layer"); ref != nil {
				called[e.layerKey(ref)] = true
			}
		}
	}
	var out []pack
	for _, l := range e.layers {
		if !called[l.uid] && !called[l.name] {
			out = append(out, pack{name: cmp.Or(l.name, l.uid), layers: []string{cmp.Or(l.uid, l.name)}, line: l.line})
		}
	}
	return out
}

func values(items []*jsontree.Value) []jsontree.Value {
	out := make([]jsontree.Value, len(items))
	for i, v := range items {
		out[i] = *v
	}
	return out
}

// layerKey returns the uid or the name that a reference to a layer holds.
func (e *export) layerKey(ref *jsontree.Value) string {
	return cmp.Or(text(ref, "uid"), text(ref, "name"), ref.Text)
}

// layer returns the layer of a uid or name, nil if the text lacks it.
func (e *export) layer(key string) *layer {
	for _, l := range e.layers {
		if key != "" && (l.uid == key || l.name == key) && len(l.pages) > 0 {
			return l
		}
	}
	return nil
}

// gateways returns the names of the gateways of the text, and checks the one that is
// asked for.
func (e *export) gateways(in device.Input) ([]string, error) {
	var out []string
	for _, v := range e.objects {
		if kind := text(v, "type"); strings.Contains(kind, "gateway") || strings.Contains(kind, "Gateway") || strings.Contains(kind, "cluster") || strings.Contains(kind, "Cluster") {
			out = append(out, label(v))
		}
	}
	slices.Sort(out)
	out = slices.Compact(out)
	if in.Context != "" && len(out) > 0 && !slices.Contains(out, in.Context) {
		return nil, fmt.Errorf("%s: has no gateway %q; there are %s", in.Source, in.Context, strings.Join(out, ", "))
	}
	return out, nil
}
