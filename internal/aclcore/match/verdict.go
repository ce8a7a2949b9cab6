package match

import "slices"

// Verdict says what is done with the traffic of a flow. Verdicts are ordered from best
// to worst for a flow that wants to be permitted, so that the worse of two is their
// max. That is the one order there is: what is shown together, counted and combined
// goes by it. The zero value is no verdict yet; it is better than all.
type Verdict uint8

// The verdicts, from best to worst.
const (
	// Allowed: every packet is surely permitted.
	Allowed Verdict = iota + 1
	// Pending: whoever is asked is at a change of it, so that no answer is final.
	// Rules alone never come to that.
	Pending
	// Partial: some packets are surely permitted and some surely not.
	Partial
	// Indeterminate: conditions that cannot be decided keep it from being one of
	// the others.
	Indeterminate
	// NotRouted: the flow crosses no known ruleset.
	NotRouted
	// Blocked: no packet is permitted.
	Blocked
)

// words are what users see, by verdict; "" for none.
var words = [...]string{
	Allowed: "allowed", Pending: "pending", Partial: "partial", Indeterminate: "indeterminate", NotRouted: "not_routed", Blocked: "blocked",
}

// Verdicts returns all verdicts, from best to worst.
func Verdicts() []Verdict {
	return []Verdict{Allowed, Pending, Partial, Indeterminate, NotRouted, Blocked}
}

// String returns the word that users see, "" for no verdict.
func (v Verdict) String() string {
	if int(v) >= len(words) {
		return "unknown"
	}
	return words[v]
}

// ParseVerdict returns the verdict that is spelled so, none for "". It reports whether
// the word is known.
func ParseVerdict(word string) (Verdict, bool) {
	i := slices.Index(words[:], word)
	return Verdict(max(i, 0)), i >= 0
}

// VerdictOf is ParseVerdict, with Indeterminate for a word that is not known: it may mean
// anything but allowed.
func VerdictOf(word string) Verdict {
	if v, known := ParseVerdict(word); known {
		return v
	}
	return Indeterminate
}

// MarshalText returns the word.
func (v Verdict) MarshalText() ([]byte, error) { return []byte(v.String()), nil }

// UnmarshalText is [VerdictOf]. It never fails.
func (v *Verdict) UnmarshalText(text []byte) error {
	*v = VerdictOf(string(text))
	return nil
}

// Wanted is the verdict that a flow wants, which is to be denied or permitted.
func Wanted(deny bool) Verdict {
	if deny {
		return Blocked
	}
	return Allowed
}

// Worth is how good the verdict is for a flow that wants to be denied, or permitted, in the
// order of verdicts: what is wanted counts as Allowed, and traffic that passes against
// the wish as Partial.
func (v Verdict) Worth(deny bool) Verdict {
	switch {
	case !deny:
		return v
	case v == Blocked:
		return Allowed
	case v == Allowed:
		return Partial
	}
	return v
}

// Outcome says what happens to one part of the traffic.
type Outcome uint8

// The outcomes of a part.
const (
	// Denied: surely denied.
	Denied Outcome = iota
	// Permitted: surely permitted.
	Permitted
	// Unknown: it depends on a condition that cannot be decided.
	Unknown
)

// String returns "deny", "permit" or "indeterminate".
func (o Outcome) String() string {
	switch o {
	case Permitted:
		return "permit"
	case Unknown:
		return "indeterminate"
	}
	return "deny"
}

// judge gives the verdict of traffic that has parts of these outcomes. It is the
// verdict that holds whichever way the unknown parts turn out, or Indeterminate.
func judge(permitted, denied, unknown bool) Verdict {
	switch {
	case permitted && denied:
		return Partial
	case unknown:
		return Indeterminate
	case permitted:
		return Allowed
	}
	return Blocked
}
