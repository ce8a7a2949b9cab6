package extent

import "github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"

// Stray says which packets a rule is for among those that are of no connection. Linux calls
// them related, if they have to do with one, or invalid, or untracked.
type Stray uint8

// What a rule may be for.
const (
	// StrayAlike: those of its traffic, unless it has a state.
	StrayAlike Stray = iota
	// StrayNever: none, since it is for states of connections.
	StrayNever
	// StrayRelated: those that are related, beside those of its state.
	StrayRelated
	// StrayUnrelated: it names invalid or untracked ones, and no related ones. Which of its
	// traffic they are of is not known.
	StrayUnrelated
	// StrayNamed: it names some in another way, so that nothing is known.
	StrayNamed
)

// AsStraysMeet returns the rules as packets meet them that are of no connection and open no
// new one, related ones or others, in a list that is never for [rule.Established]: those
// match that are in no state. What names them matches none.
func AsStraysMeet(rules []rule.Rule, strays []Stray, related bool) []rule.Rule {
	out := make([]rule.Rule, len(rules))
	for i := range rules {
		out[i] = rules[i]
		switch r, s := &out[i], StrayOf(strays, i); {
		case related && s == StrayRelated:
			r.State = rule.AnyState
		case r.State != rule.AnyState || s != StrayAlike:
			r.State = rule.Established
		}
	}
	return out
}

// StrayOf returns what rule i is for; all are StrayAlike where strays is nil.
func StrayOf(strays []Stray, i int) Stray {
	if i >= len(strays) {
		return StrayAlike
	}
	return strays[i]
}
