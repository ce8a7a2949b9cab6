package kubernetes

import (
	"fmt"
	"slices"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/jsontree"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/zoned"
)

// A shape checks that a value is built as the API's text says. No API server takes another
// one, so that a text with it is of no cluster: to pass over a list that is none would open
// what it was to limit.
type shape func(v *jsontree.Value) error

// fault names a value that has another shape.
type fault struct {
	line int
	why  string
}

func (f *fault) Error() string { return f.why }

func wrong(v *jsontree.Value, format string, args ...any) error {
	return &fault{v.Line, fmt.Sprintf(format, args...)}
}

func scalar(v *jsontree.Value) error {
	if v.Kind == jsontree.Array || v.Kind == jsontree.Object || v.IsNull() {
		return wrong(v, "a text or a number is expected")
	}
	return nil
}

// listOf is a list of values, none of which is null.
func listOf(item shape) shape {
	return func(v *jsontree.Value) error {
		if v.Kind != jsontree.Array {
			return wrong(v, "a list is expected")
		}
		for i := range v.Items {
			if v.Items[i].IsNull() {
				return wrong(v, "an item of a list is null")
			}
			if err := item(&v.Items[i]); err != nil {
				return err
			}
		}
		return nil
	}
}

// objectOf is an object whose fields have the shapes, each of which may be null; other fields
// are for the reader.
func objectOf(fields map[string]shape) shape {
	return func(v *jsontree.Value) error {
		if v.Kind != jsontree.Object {
			return wrong(v, "an object is expected")
		}
		for i, key := range v.Keys {
			of, ok := fields[key]
			if !ok || v.Items[i].IsNull() {
				continue
			}
			if err := of(&v.Items[i]); err != nil {
				return wrong(&v.Items[i], "%s: %v", key, err)
			}
		}
		return nil
	}
}

// labels are an object of texts.
func labels(v *jsontree.Value) error {
	if v.Kind != jsontree.Object {
		return wrong(v, "an object is expected")
	}
	for i := range v.Items {
		if err := scalar(&v.Items[i]); err != nil {
			return err
		}
	}
	return nil
}

func expression(v *jsontree.Value) error {
	if err := objectOf(map[string]shape{"key": scalar, "operator": scalar, "values": listOf(scalar)})(v); err != nil {
		return err
	}
	values := len(itemsOf(v.Get("values")))
	switch operator := text(v, "operator"); {
	case text(v, "key") == "":
		return wrong(v, "an expression has no key")
	case (operator == "In" || operator == "NotIn") && values == 0:
		return wrong(v, "%s has no values", operator)
	case (operator == "Exists" || operator == "DoesNotExist") && values > 0:
		return wrong(v, "%s has values", operator)
	}
	return nil
}

var selectorShape = objectOf(map[string]shape{"matchLabels": labels, "matchExpressions": listOf(expression)})

// peer is one of from or to in a NetworkPolicy: a block stands alone.
func peer(v *jsontree.Value) error {
	block := objectOf(map[string]shape{"cidr": scalar, "except": listOf(scalar)})
	if err := objectOf(map[string]shape{"ipBlock": block, "podSelector": selectorShape, "namespaceSelector": selectorShape})(v); err != nil {
		return err
	}
	if !v.Get("ipBlock").IsNull() && (!v.Get("podSelector").IsNull() || !v.Get("namespaceSelector").IsNull()) {
		return wrong(v, "ipBlock stands beside a selector")
	}
	return nil
}

// portShape is one of ports: only a number begins a range.
func portShape(v *jsontree.Value) error {
	if err := objectOf(map[string]shape{"protocol": scalar, "port": scalar, "endPort": scalar})(v); err != nil {
		return err
	}
	if _, isNumber := zoned.Port("0" + text(v, "port")); text(v, "endPort") != "" && (text(v, "port") == "" || !isNumber) {
		return wrong(v, "endPort stands without a number of a port")
	}
	return nil
}

func direction(v *jsontree.Value) error {
	if v.Text != "Ingress" && v.Text != "Egress" {
		return wrong(v, "Ingress or Egress is expected, got %q", v.Text)
	}
	return nil
}

var (
	ruleShape = listOf(objectOf(map[string]shape{"from": listOf(peer), "to": listOf(peer), "ports": listOf(portShape)}))
	policy    = objectOf(map[string]shape{"podSelector": selectorShape, "policyTypes": listOf(direction), "ingress": ruleShape, "egress": ruleShape})

	podsShape = objectOf(map[string]shape{"namespaceSelector": selectorShape, "podSelector": selectorShape})
	tierPeer  = objectOf(map[string]shape{"namespaces": selectorShape, "pods": podsShape, "networks": listOf(scalar), "domainNames": listOf(scalar)})
	tierRules = listOf(objectOf(map[string]shape{
		"from": listOf(tierPeer), "to": listOf(tierPeer), "action": scalar,
		"ports": listOf(objectOf(nil)), "protocols": listOf(objectOf(nil)),
	}))
	tierPolicy = objectOf(map[string]shape{"priority": scalar, "tier": scalar, "subject": tierPeer, "ingress": tierRules, "egress": tierRules})
)

// check refuses a policy that no API server takes.
func (c *cluster) check(o object) error {
	of, fields := policy, []string{"podSelector", "policyTypes", "ingress", "egress"}
	if o.kind != "NetworkPolicy" {
		of, fields = tierPolicy, []string{"priority", "tier", "subject", "ingress", "egress"}
	}
	if o.spec == nil || o.spec.IsNull() {
		return fmt.Errorf("%s:%d: %s has no spec", c.source, o.line, o)
	}
	err := of(o.spec)
	if others := o.spec.Others(append(slices.Clone(fields), jsontree.Doubts)...); err == nil && len(others) > 0 {
		err = wrong(o.spec, "the field %s is not known", strings.Join(others, ", "))
	}
	if err == nil {
		return nil
	}
	line := o.line
	if f, ok := err.(*fault); ok && f.line > 0 { //nolint:errorlint // made above, never wrapped
		line = f.line
	}
	return fmt.Errorf("%s:%d: %s: %w", c.source, line, o, err)
}
