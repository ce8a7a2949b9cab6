package flow

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/addr"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/service"
)

// expandKeys are the fields of a rule in the order in which netutils reads them;
// each may be given by one of its spellings.
var expandKeys = [][]string{
	{"name"}, {"src_ip", "sources"}, {"src_zone", "source_zone"},
	{"dst_ip", "destinations"}, {"dst_port", "services"}, {"dst_zone", "destination_zone"}, {"action"},
}

// RecordKeys are keys of rules and of flows in an inventory that are kept for
// people: which packets are meant does not depend on them.
var RecordKeys = []string{"comment", "users", "network_applications"}

// MaxExpanded bounds the products that [ExpandRule] returns.
const MaxExpanded = 100_000

// ExpandRule returns the Cartesian product of a rule's fields, with the keys of
// the rule, in netutils' order: fields as in name, src_ip, src_zone, dst_ip,
// dst_port, dst_zone, action, the last varying fastest. A field may be a string, a
// number, or a list of these; one that is absent, null, "" or [] is in no product,
// and neither are the [RecordKeys]. Services come as "protocol number/port". A product whose source and destination
// are the same single host is left out.
func ExpandRule(names *Names, rule map[string]any) ([]map[string]any, error) {
	fields, err := resolveFields(names, rule)
	if err != nil {
		return nil, err
	}
	var source, destination string
	out := []map[string]any{{}}
	count := 1
	for _, f := range fields {
		switch f.spelling {
		case "src_ip":
			source = f.key
		case "dst_ip":
			destination = f.key
		}
		if count *= len(f.values); count > MaxExpanded {
			return nil, fmt.Errorf("expands to more than %d products; use prefixes, or split it", MaxExpanded)
		}
		next := make([]map[string]any, 0, len(out)*len(f.values))
		for _, product := range out {
			for _, v := range f.values {
				p := maps.Clone(product)
				p[f.key] = v
				next = append(next, p)
			}
		}
		out = next
	}
	return slices.DeleteFunc(out, func(p map[string]any) bool {
		from, ok1 := p[source].(string)
		to, ok2 := p[destination].(string)
		return ok1 && ok2 && sameText(from, to)
	}), nil
}

// ResolveRule returns the fields that [ExpandRule] multiplies, names resolved:
// netutils' processed rule. Services are a list; so is another field that was
// given as one, or whose name stands for several.
func ResolveRule(names *Names, rule map[string]any) (map[string]any, error) {
	fields, err := resolveFields(names, rule)
	if err != nil {
		return nil, err
	}
	out := make(map[string]any, len(fields))
	for _, f := range fields {
		if _, isList := rule[f.key].([]any); isList || len(f.values) != 1 || f.spelling == "dst_port" {
			out[f.key] = f.values
		} else {
			out[f.key] = f.values[0]
		}
	}
	return out, nil
}

// A ruleField is a field of a rule that has values.
type ruleField struct {
	// spelling is netutils' name of the field, key the one that the rule uses.
	spelling, key string
	values        []any
}

// resolveFields returns the fields of a rule that have values, in netutils' order.
func resolveFields(names *Names, rule map[string]any) (fields []ruleField, err error) {
	rest := maps.Clone(rule)
	for _, key := range RecordKeys {
		delete(rest, key)
	}
	var errs []error
	for i, spellings := range expandKeys {
		key, value, err := pick(rest, spellings)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		values, err := expandValues(names, i, value)
		if err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", key, err))
			continue
		}
		if len(values) > 0 {
			fields = append(fields, ruleField{spellings[0], key, values})
		}
	}
	for _, key := range slices.Sorted(maps.Keys(rest)) {
		errs = append(errs, fmt.Errorf("unknown key %q; write name, src_ip, src_zone, dst_ip, dst_port, dst_zone, action, or sources, source_zone, destinations, destination_zone, services", key))
	}
	return fields, errors.Join(errs...)
}

func sameText(from, to string) bool {
	s, err1 := addr.Parse(from)
	d, err2 := addr.Parse(to)
	return err1 == nil && err2 == nil && sameHost(s, d)
}

// pick takes the field out of rule by whichever spelling it has.
func pick(rule map[string]any, spellings []string) (key string, value any, err error) {
	key = spellings[0]
	found := 0
	for _, s := range spellings {
		if v, ok := rule[s]; ok {
			key, value = s, v
			delete(rule, s)
			found++
		}
	}
	if found > 1 {
		return key, nil, fmt.Errorf("%s: the same field under two names", strings.Join(spellings, " and "))
	}
	return key, value, nil
}

// expandValues returns the values that field number i takes.
func expandValues(names *Names, i int, value any) ([]any, error) {
	list, isList := value.([]any)
	switch {
	case value == nil || value == "" || value == int64(0) || value == false:
		return nil, nil
	case !isList:
		list = []any{value}
	}
	switch expandKeys[i][0] {
	case "src_ip", "dst_ip":
		texts, err := textsOf(list)
		if err != nil {
			return nil, err
		}
		literals, err := names.Addresses(texts)
		return collect(literals, func(l addr.Literal) string { return l.Text }), err
	case "dst_port":
		texts, err := textsOf(list)
		if err != nil {
			return nil, err
		}
		literals, err := names.Services(texts)
		return collect(literals, service.Literal.Numeric), err
	}
	for _, v := range list {
		switch v.(type) {
		case string, int64, float64, bool:
		default:
			return nil, notText(v)
		}
	}
	return list, nil
}

func collect[L any](literals []L, text func(L) string) []any {
	out := make([]any, len(literals))
	for i, l := range literals {
		out[i] = text(l)
	}
	return out
}

func textsOf(list []any) ([]string, error) {
	out := make([]string, len(list))
	for i, v := range list {
		text, ok := v.(string)
		if !ok {
			return nil, notText(v)
		}
		out[i] = text
	}
	return out, nil
}

// notText says why v is no value of a rule's field.
func notText(v any) error {
	switch v.(type) {
	case int64, float64, bool:
		return fmt.Errorf("%v is not a string; write it in quotes", v)
	}
	return fmt.Errorf("has %s; write a string, or a list of strings", KindOf(v))
}

// KindOf names the kind of a value that was handed over, with its article: "a
// string", "null".
func KindOf(v any) string {
	switch v.(type) {
	case nil:
		return "null"
	case string:
		return "a string"
	case bool:
		return "a boolean"
	case []any:
		return "a list"
	case map[string]any:
		return "an object"
	}
	return "a number"
}
