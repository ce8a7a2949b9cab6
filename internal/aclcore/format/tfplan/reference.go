package tfplan

import (
	"slices"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/jsontree"
)

// configuration tells what an attribute refers to whose value is not known yet, from
// the "configuration" of a plan. It follows plain references only: an expression
// that names exactly one attribute, through input variables and outputs of modules.
type configuration struct {
	root *jsontree.Value
	// exists holds the addresses of the resource instances of the plan.
	exists map[string]bool
	// byAddress indexes the resources of each module of the configuration.
	byAddress map[*jsontree.Value]map[string]*jsontree.Value
}

func (c *configuration) instances(resources []resource) {
	c.exists = make(map[string]bool, len(resources))
	for i := range resources {
		c.exists[resources[i].address] = true
	}
	c.byAddress = make(map[*jsontree.Value]map[string]*jsontree.Value)
}

// maxHops bounds how many variables and outputs a reference leads through.
const maxHops = 20

// target returns the address of the resource instance whose id the attribute is, ""
// if that is not sure.
func (c *configuration) target(res *resource, attribute string) string {
	return c.targetOf(res, attribute, "id")
}

// targetOf is like target for a reference that ends in any of the attributes.
func (c *configuration) targetOf(res *resource, attribute string, ends ...string) string {
	return c.follow(c.ofResource(res).Get("expressions").Get(attribute), res.module, ends, maxHops)
}

// sets reports whether the configuration is known to give the resource the attribute
// or block.
func (c *configuration) sets(res *resource, attribute string) bool {
	return !c.ofResource(res).Get("expressions").Get(attribute).IsNull()
}

// ofResource returns the configuration of a resource instance, nil if it is not known.
func (c *configuration) ofResource(res *resource) *jsontree.Value {
	steps := splitAddress(res.address)
	if c.root == nil || len(steps) < 2 {
		return nil
	}
	name := steps[len(steps)-2] + "." + withoutIndex(steps[len(steps)-1])
	return c.resource(c.module(splitAddress(res.module)), name)
}

// follow returns the address that an expression in a module instance refers to, by one of
// the attributes.
func (c *configuration) follow(expression *jsontree.Value, module string, ends []string, hops int) string {
	reference := splitAddress(onlyReference(expression))
	if len(reference) < 2 || hops == 0 {
		return ""
	}
	last := reference[len(reference)-1]
	switch {
	case reference[0] == "var" && len(reference) == 2:
		path := splitAddress(module)
		if len(path) < 2 {
			return ""
		}
		call := withoutIndex(path[len(path)-1])
		path = path[:len(path)-2]
		argument := c.module(path).Get("module_calls").Get(call).Get("expressions").Get(last)
		return c.follow(argument, strings.Join(path, "."), ends, hops-1)
	case reference[0] == "module" && len(reference) == 3:
		child := join(module, "module."+reference[1])
		output := c.module(splitAddress(child)).Get("outputs").Get(last).Get("expression")
		return c.follow(output, child, ends, hops-1)
	case len(reference) == 3 && slices.Contains(ends, last):
		address := join(module, reference[0]+"."+reference[1])
		if c.exists[address] {
			return address
		}
	}
	return ""
}

// onlyReference returns the reference of an expression that has exactly one: the
// others it lists are the objects that the attribute belongs to.
func onlyReference(expression *jsontree.Value) string {
	list := expression.Get("references")
	if list == nil || len(list.Items) == 0 {
		return ""
	}
	longest := slices.MaxFunc(list.Items, func(a, b jsontree.Value) int { return len(a.Text) - len(b.Text) }).Text
	for _, other := range list.Items {
		rest, ok := strings.CutPrefix(longest, other.Text)
		if !ok || rest != "" && rest[0] != '.' && rest[0] != '[' {
			return ""
		}
	}
	return longest
}

// module returns the configuration of a module instance, given the steps of its
// address.
func (c *configuration) module(path []string) *jsontree.Value {
	v := c.root
	for i := 1; i < len(path); i += 2 {
		v = v.Get("module_calls").Get(withoutIndex(path[i])).Get("module")
	}
	return v
}

func (c *configuration) resource(module *jsontree.Value, address string) *jsontree.Value {
	index, ok := c.byAddress[module]
	if !ok {
		index = make(map[string]*jsontree.Value)
		if list := module.Get("resources"); list != nil {
			for i := range list.Items {
				if a := list.Items[i].Get("address"); a != nil {
					index[a.Text] = &list.Items[i]
				}
			}
		}
		c.byAddress[module] = index
	}
	return index[address]
}

// splitAddress splits an address at its dots, except those within an index.
func splitAddress(address string) []string {
	if address == "" {
		return nil
	}
	var steps []string
	start, quoted, indexed := 0, false, false
	for i := 0; i < len(address); i++ {
		switch c := address[i]; {
		case quoted && c == '\\':
			i++
		case indexed && c == '"':
			quoted = !quoted
		case quoted:
		case c == '[':
			indexed = true
		case c == ']':
			indexed = false
		case c == '.' && !indexed:
			steps = append(steps, address[start:i])
			start = i + 1
		}
	}
	return append(steps, address[start:])
}

func withoutIndex(step string) string {
	name, _, _ := strings.Cut(step, "[")
	return name
}

func join(module, rest string) string {
	if module == "" {
		return rest
	}
	return module + "." + rest
}
