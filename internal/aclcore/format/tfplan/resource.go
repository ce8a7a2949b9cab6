package tfplan

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/jsontree"
)

// resource is one instance of a resource or data source.
type resource struct {
	// address is the whole address, module that of its module instance.
	address, module string
	kind            string
	data            bool
	line            int
	values          view
}

// A view is a value and beside it what Terraform says of which parts of it are known
// only after apply.
type view struct {
	value *jsontree.Value
	// unknown is true for a value that is not known, or has the shape of the value
	// (JSON output format, "after_unknown").
	unknown *jsontree.Value
}

func (w view) isUnknown() bool {
	return w.unknown != nil && w.unknown.Kind == jsontree.Bool && w.unknown.Text == "true"
}

func (w view) get(key string) view {
	if w.isUnknown() {
		return w
	}
	return view{w.value.Get(key), w.unknown.Get(key)}
}

// items returns the elements of a list or set. Unknown ones have their place in it.
func (w view) items() []view {
	var items, unknown []jsontree.Value
	if w.value != nil && w.value.Kind == jsontree.Array {
		items = w.value.Items
	}
	if w.unknown != nil && w.unknown.Kind == jsontree.Array {
		unknown = w.unknown.Items
	}
	out := make([]view, max(len(items), len(unknown)))
	for i := range out {
		if i < len(items) {
			out[i].value = &items[i]
		}
		if i < len(unknown) {
			out[i].unknown = &unknown[i]
		}
	}
	return out
}

// line is the line of the value, or fallback where it has none.
func (w view) line(fallback int) int {
	if w.value != nil && w.value.Line > 0 {
		return w.value.Line
	}
	return fallback
}

// Which resources of a module are wanted.
const (
	anyMode = iota
	onlyData
)

// module reads the resources of a module of planned_values or of the values of a
// state, and those of its child modules.
func (r *reader) module(v *jsontree.Value, address string, mode int, unknown map[string]*jsontree.Value) {
	for _, o := range r.problems.Objects(v, "resources") {
		res := resource{
			address: r.problems.Text(o, "address"), module: address, kind: r.problems.Text(o, "type"),
			data: r.problems.Text(o, "mode") == "data", line: o.Line,
		}
		if mode == onlyData && !res.data || !o.Get("deposed_key").IsNull() {
			continue
		}
		res.values = view{o.Get("values"), unknown[res.address]}
		r.resources = append(r.resources, res)
	}
	for _, child := range r.problems.Objects(v, "child_modules") {
		r.module(child, r.problems.Text(child, "address"), mode, unknown)
	}
}

// plan reads the resources as they will be, and those that are changed as they are.
func (r *reader) plan(v *jsontree.Value) error {
	if r.problems.Flag(v, "errored") {
		return fmt.Errorf("the plan ended in errors, so that it does not tell what will be; plan again")
	}
	if complete := v.Get("complete"); complete != nil && !r.problems.Flag(v, "complete") {
		r.network.Incomplete = "the plan is not complete (-target or deferred changes): there may be more rules"
	}
	unknown := make(map[string]*jsontree.Value)
	r.changes = make(map[string]change)
	for _, c := range r.problems.Objects(v, "resource_changes") {
		made := c.Get("change")
		res := resource{
			address: r.problems.Text(c, "address"), module: r.problems.Text(c, "module_address"), kind: r.problems.Text(c, "type"),
			line: c.Line, values: view{value: made.Get("before")},
		}
		var actions []string
		for _, a := range r.problems.List(made, "actions") {
			actions = append(actions, a.Text)
		}
		if slices.Contains(actions, "delete") || slices.Contains(actions, "update") {
			r.changed = append(r.changed, res)
		}
		if c.Get("deposed").IsNull() {
			unknown[res.address] = made.Get("after_unknown")
			if created := slices.Contains(actions, "create"); created || slices.Contains(actions, "update") {
				r.changes[res.address] = change{created, made.Get("before")}
			}
		}
	}
	if v.Get("planned_values").IsNull() {
		return fmt.Errorf("the plan has no planned_values; keep the whole output of terraform show -json")
	}
	r.module(v.Get("planned_values").Get("root_module"), "", anyMode, unknown)
	r.module(v.Get("prior_state").Get("values").Get("root_module"), "", onlyData, nil)
	r.configuration.root = v.Get("configuration").Get("root_module")
	r.configuration.instances(r.resources)
	return nil
}

// stateFile reads a state in the format of terraform.tfstate, version 4.
func (r *reader) stateFile(v *jsontree.Value) error {
	if n := r.problems.Number(v, "version"); n == nil || *n != 4 {
		return fmt.Errorf("is a state file of another version than 4; convert it with terraform show -json")
	}
	for _, o := range r.problems.Objects(v, "resources") {
		base := resource{
			module: r.problems.Text(o, "module"), kind: r.problems.Text(o, "type"),
			data: r.problems.Text(o, "mode") == "data",
		}
		address := base.kind + "." + r.problems.Text(o, "name")
		if base.data {
			address = "data." + address
		}
		if base.module != "" {
			address = base.module + "." + address
		}
		for _, instance := range r.problems.Objects(o, "instances") {
			if !instance.Get("deposed").IsNull() {
				continue
			}
			res := base
			res.address, res.line = address+indexText(instance.Get("index_key")), instance.Line
			res.values = view{value: instance.Get("attributes")}
			r.resources = append(r.resources, res)
		}
	}
	return nil
}

// indexText writes the key of an instance as addresses have it.
func indexText(key *jsontree.Value) string {
	switch {
	case key.IsNull():
		return ""
	case key.Kind == jsontree.String:
		return "[" + strconv.Quote(key.Text) + "]"
	}
	return "[" + key.Text + "]"
}
