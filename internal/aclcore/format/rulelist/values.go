package rulelist

import (
	"fmt"
	"maps"
	"slices"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/device"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/flow"
)

// FromValues reads rules that were handed over as values: nil, string, bool, any
// number type, []string, []any of these. What is accepted and what it means is as
// in [Parse].
//
// Path names the list in errors, which read `rules[3].src_ip: problem` for the
// path "rules". Addresses and services may be names of the dictionary, which is
// nil where there are only literals.
func FromValues(path string, rules []map[string]any, dictionary flow.Dictionary) (*device.Document, error) {
	b := newBuilder(func(e *entry, _ int, key string) string {
		if key == "" {
			return fmt.Sprintf("%s[%d]: ", path, e.index)
		}
		return fmt.Sprintf("%s[%d].%s: ", path, e.index, key)
	})
	b.dictionary = dictionary
	b.expect(len(rules))
	var e entry
	for i, r := range rules {
		e.reset(i, 0)
		for _, key := range slices.Sorted(maps.Keys(r)) {
			if v := e.claim([]byte(key), 0); v != nil {
				v.list, v.items = itemsOf(r[key])
			}
		}
		b.add(&e)
	}
	return b.document("inline")
}

func itemsOf(v any) (list bool, items []item) {
	switch v := v.(type) {
	case []string:
		items = make([]item, len(v))
		for i, text := range v {
			items[i] = itemOf(text)
		}
		return true, items
	case []any:
		items = make([]item, len(v))
		for i, element := range v {
			items[i] = itemOf(element)
		}
		return true, items
	}
	return false, []item{itemOf(v)}
}
