package zoned

import (
	"fmt"
	"maps"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/addr"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/objects"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/service"
)

// Names finds the object of a text that stands for exactly some value, so that a
// change uses it and does not define it again.
type Names struct {
	byValue map[string]string
	taken   map[string]bool
}

// AddressNames returns the names of a level of addresses, as the scope resolves them.
func AddressNames(scope *objects.Scope[addr.Set], level *objects.Level[addr.Set]) *Names {
	return newNames(level.Names(), func(name string) (string, bool) {
		set := scope.Resolve(name)
		return set.Sure.String(), set.IsExact() && !set.Sure.IsEmpty()
	})
}

// ServiceNames returns the names of a level of services.
func ServiceNames(scope *objects.Scope[service.Set], level *objects.Level[service.Set]) *Names {
	return newNames(level.Names(), func(name string) (string, bool) {
		set := scope.Resolve(name)
		return set.Sure.String(), set.IsExact() && !set.Sure.IsEmpty()
	})
}

func newNames(names []string, value func(name string) (string, bool)) *Names {
	n := &Names{byValue: make(map[string]string), taken: make(map[string]bool)}
	for _, name := range names {
		n.taken[name] = true
		if v, ok := value(name); ok && n.byValue[v] == "" {
			n.byValue[v] = name
		}
	}
	return n
}

// Over returns the names together with those of a level below, which they hide.
func (n *Names) Over(below *Names) *Names {
	out := &Names{byValue: maps.Clone(n.byValue), taken: maps.Clone(n.taken)}
	for value, name := range below.byValue {
		if out.byValue[value] == "" && !n.taken[name] {
			out.byValue[value] = name
		}
	}
	maps.Copy(out.taken, below.taken)
	return out
}

// Of returns the object of that value, or the name that a new one gets: wanted, or
// wanted with a number where that name is taken by another value. isNew reports that
// the object is not in the text, nor in the changes made before it.
func (n *Names) Of(value, wanted string, before []string) (name string, isNew bool) {
	if name := n.byValue[value]; name != "" {
		return name, false
	}
	name = wanted
	for i := 2; n.taken[name]; i++ {
		name = fmt.Sprintf("%s-%d", wanted, i)
	}
	for _, text := range before {
		if hasWord(text, name) {
			return name, false
		}
	}
	return name, true
}

// hasWord reports whether a word of the text, without its quotes, is the name.
func hasWord(text, name string) bool {
	for word := range strings.FieldsSeq(text) {
		if strings.Trim(word, `"'`) == name {
			return true
		}
	}
	return false
}
