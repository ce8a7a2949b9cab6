package enginetest

import (
	"fmt"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/traffic"
)

// Case is a ruleset over the small universe and traffic whose fate is asked for.
type Case struct {
	Rules                       *rule.Ruleset
	Products                    []traffic.Product // disjoint
	SourceZone, DestinationZone string
}

// Dice decides what a case is made of: a random number generator or the bytes of a
// fuzz target.
type Dice interface {
	// IntN returns a number in [0, n).
	IntN(n int) int
}

// Bytes are dice that fall as the bytes say, and on 0 when they are used up.
type Bytes []byte

// IntN takes one byte.
func (b *Bytes) IntN(n int) int {
	if len(*b) == 0 {
		return 0
	}
	v := int((*b)[0]) % n
	*b = (*b)[1:]
	return v
}

// DrawCase makes a case of at most maxRules rules.
func DrawCase(dice Dice, maxRules int) Case {
	zones := []string{"", "a", "b", "any"}
	c := Case{SourceZone: zones[dice.IntN(4)], DestinationZone: zones[dice.IntN(4)]}
	for range 1 + dice.IntN(2) {
		fresh := []traffic.Product{DrawProduct(dice)}
		for _, have := range c.Products {
			var next []traffic.Product
			for _, p := range fresh {
				next = append(next, p.Subtract(have)...)
			}
			fresh = next
		}
		c.Products = append(c.Products, fresh...)
	}
	c.Rules = &rule.Ruleset{Name: "fw", Source: "fw.json", Default: rule.Action(dice.IntN(2))}
	kind := dice.IntN(8)
	c.Rules.Stateless = kind < 3
	c.Rules.Rules = drawRules(dice, maxRules)
	if kind == 0 {
		c.Rules.Return, c.Rules.ReturnDefault = drawRules(dice, maxRules), rule.Action(dice.IntN(2))
		c.Rules.ReturnList = []string{"", "back"}[dice.IntN(2)]
	}
	return c
}

func drawRules(dice Dice, maxRules int) []rule.Rule {
	rules := make([]rule.Rule, dice.IntN(maxRules+1))
	for i := range rules {
		rules[i] = DrawRule(dice)
		rules[i].Line = i + 1
	}
	return rules
}

// DrawProduct makes a product.
func DrawProduct(dice Dice) traffic.Product {
	return traffic.Product{
		Sources:      addressSets[dice.IntN(len(addressSets))],
		Destinations: addressSets[dice.IntN(len(addressSets))],
		Services:     serviceSets[dice.IntN(len(serviceSets))],
	}
}

// DrawRule makes a rule; one in four has a condition that cannot be decided, as
// many are for zones, fewer for a state.
func DrawRule(dice Dice) rule.Rule {
	r := rule.Rule{Action: rule.Action(dice.IntN(2)), Traffic: DrawProduct(dice)}
	conditions := dice.IntN(64)
	if conditions%4 == 3 {
		r.Unknown = []string{"time-range NIGHT"}
	}
	switch conditions / 4 {
	case 9:
		r.Pair = rule.SameZone
	case 10:
		r.Pair = rule.DifferentZones
	case 11:
		r.SourceZones = []string{"a"}
	case 12:
		r.DestinationZones = []string{"b", "any"}
	case 13:
		r.SourceZones, r.DestinationZones = []string{"a", "b"}, []string{"b"}
	case 14:
		r.State = rule.Established
	case 15:
		r.State = rule.New
	}
	return r
}

// String writes the case for people who have to find out what went wrong.
func (c Case) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "default %s", c.Rules.Default)
	if c.Rules.Stateless {
		b.WriteString(", stateless")
	}
	b.WriteByte('\n')
	writeRules(&b, "", c.Rules.Rules)
	if c.Rules.Return != nil {
		fmt.Fprintf(&b, "reply default %s\n", c.Rules.ReturnDefault)
	}
	writeRules(&b, "reply ", c.Rules.Return)
	for _, p := range c.Products {
		fmt.Fprintf(&b, "asked: %s zone %q -> %q\n", p, c.SourceZone, c.DestinationZone)
	}
	return b.String()
}

func writeRules(b *strings.Builder, label string, rules []rule.Rule) {
	for i := range rules {
		r := &rules[i]
		fmt.Fprintf(b, "%s%d: %s %s", label, i, r.Action, r.Traffic)
		if r.Pair != rule.AnyPair {
			fmt.Fprintf(b, " %s", r.Pair)
		}
		if len(r.SourceZones)+len(r.DestinationZones) > 0 {
			fmt.Fprintf(b, " zones %q -> %q", r.SourceZones, r.DestinationZones)
		}
		switch r.State {
		case rule.New:
			b.WriteString(" new")
		case rule.Established:
			b.WriteString(" established")
		}
		if len(r.Unknown) > 0 {
			fmt.Fprintf(b, " if %s", strings.Join(r.Unknown, ", "))
		}
		b.WriteByte('\n')
	}
}
