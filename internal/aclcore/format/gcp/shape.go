package gcp

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/jsontree"
)

// check refuses answers that the API does not give: a list that is none would be passed
// over, and what it was to limit would be open; and pages, of which the others are missing.
func check(source string, values []jsontree.Value) error {
	c := &checker{networks: make(map[string]string)}
	for i := range values {
		if v, err := c.value(&values[i], 0); err != nil {
			return fmt.Errorf("%s:%d: %w", source, v.Line, err)
		}
	}
	return nil
}

type checker struct {
	// networks are the links to the networks of rules, by their names.
	networks map[string]string
	// effective says that an answer with effective firewalls was met.
	effective bool
}

// value checks an answer and what is in it. It returns where it is wrong.
func (c *checker) value(v *jsontree.Value, depth int) (*jsontree.Value, error) {
	if depth > maxNesting {
		return v, nil
	}
	if err := c.object(v); err != nil {
		return v, err
	}
	for i := range v.Items {
		if at, err := c.value(&v.Items[i], depth+1); err != nil {
			return at, err
		}
	}
	return v, nil
}

// lists are the fields that are lists wherever they stand.
var lists = strings.Fields(`firewalls firewallPolicys rules sourceRanges destinationRanges sourceTags targetTags sourceServiceAccounts targetServiceAccounts allowed
	denied ports networkInterfaces serviceAccounts srcIpRanges destIpRanges layer4Configs targetSecureTags targetResources`)

func (c *checker) object(v *jsontree.Value) error {
	if v.Kind != jsontree.Object {
		return nil
	}
	for i, key := range v.Keys {
		field := &v.Items[i]
		switch {
		case key == "nextPageToken" && field.Text != "":
			return errors.New("the answer goes on at nextPageToken: the text has to hold all of it")
		case field.IsNull():
		case slices.Contains(lists, key) && field.Kind != jsontree.Array:
			return fmt.Errorf("%s is no list", key)
		case slices.Contains(lists, key) && slices.ContainsFunc(field.Items, func(i jsontree.Value) bool { return i.IsNull() }):
			return fmt.Errorf("an item of %s is null", key)
		}
	}
	if v.Get("firewalls") != nil || v.Get("firewallPolicys") != nil {
		if c.effective {
			return errors.New("the effective firewalls of a second network: give each network a text of its own")
		}
		c.effective = true
		for _, key := range v.Others("firewalls", "firewallPolicys") {
			if strings.Contains(strings.ToLower(key), "firewall") {
				return fmt.Errorf("%s is not known: it may hold rules", key)
			}
		}
	}
	if v.Get("allowed") != nil || v.Get("denied") != nil {
		return c.rule(v)
	}
	if v.Get("networkInterfaces") != nil {
		return machine(v)
	}
	return nil
}

// rule checks a VPC rule: of two networks with one name, or with none, it cannot be known
// which rules are asked.
func (c *checker) rule(v *jsontree.Value) error {
	link := text(v, "network")
	if before, ok := c.networks[last(link)]; ok && !sameNetwork(before, link) {
		return fmt.Errorf("the text has rules of two networks named %s, %s and %s: export one project at a time", last(link), before, link)
	}
	c.networks[last(link)] = link
	if _, unnamed := c.networks[""]; unnamed && len(c.networks) > 1 {
		return errors.New("some rules name their network, and others do not")
	}
	if d := text(v, "direction"); d != "" && !strings.EqualFold(d, "INGRESS") && !strings.EqualFold(d, "EGRESS") {
		return fmt.Errorf("the direction %q is not known", d)
	}
	return nil
}

// machine checks the tags of a machine.
func machine(v *jsontree.Value) error {
	if v.Get("networkInterfaces").IsNull() {
		return errors.New("networkInterfaces is no list")
	}
	tags := v.Get("tags")
	if tags.IsNull() {
		return nil
	}
	if items := tags.Get("items"); tags.Kind != jsontree.Object || !items.IsNull() && items.Kind != jsontree.Array {
		return errors.New("tags are not what the API gives: an object with a list of items")
	}
	return nil
}

// sameNetwork reports whether two links are to one network; a name alone is of any project.
func sameNetwork(a, b string) bool {
	_, inA, okA := strings.Cut(a, "projects/")
	_, inB, okB := strings.Cut(b, "projects/")
	return last(a) == last(b) && (inA == inB || !okA || !okB)
}
