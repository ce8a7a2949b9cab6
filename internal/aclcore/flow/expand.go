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

// MaxExpanded bounds the products that [ExpandRule] returns.
const MaxExpanded = 100_000

// ExpandRule returns the Cartesian product of a rule's fields, with the keys of
// the rule, in netutils' order: fields as in name, src_ip, src_zone, dst_ip,
// dst_port, dst_zone, action, the last varying fastest. A field may be a string, a
// number, or a list of these; one that is absent, null, "" or [] is in no product.
// Services come as "protocol number/port". A product whose source and destination
// are the same single host is left out.
func ExpandRule(names *Names, rule map[string]any) ([]map[string]any, error) {
	type field struct {
		key    string
		values []any
	}
	rest := maps.Clone(rule)
	var fields []field
	var source, destination string
	var errs []error
	count := 1
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
		if len(values) == 0 {
			continue
		}
		switch spellings[0] {
		case "src_ip":
			source = key
		case "dst_ip":
			destination = key
		}
		fields = append(fields, field{key, values})
		if count *= len(values); count > MaxExpanded {
			return nil, fmt.Errorf("expands to more than %d products; use prefixes, or split it", MaxExpanded)
		}
	}
	for _, key := range slices.Sorted(maps.Keys(rest)) {
		errs = append(errs, fmt.Errorf("unknown key %q; write name, src_ip, src_zone, dst_ip, dst_port, dst_zone, action, or sources, source_zone, destinations, destination_zone, services", key))
	}
	if len(errs) > 0 {
		return nil, errors.Join(errs...)
	}
	out := []map[string]any{{}}
	for _, f := range fields {
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
			return nil, errors.New("is not a string or a list of strings")
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
			return nil, fmt.Errorf("%v is not a string; write it in quotes", v)
		}
		out[i] = text
	}
	return out, nil
}
