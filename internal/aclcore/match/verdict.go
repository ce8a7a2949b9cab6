package match

// Verdict says what rulesets do with the traffic of a flow.
type Verdict uint8

// The verdicts, from best to worst for a flow that wants to be permitted.
const (
	// Allowed: every packet is surely permitted.
	Allowed Verdict = iota + 1
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

// String returns the word that users see.
func (v Verdict) String() string {
	switch v {
	case Allowed:
		return "allowed"
	case Partial:
		return "partial"
	case Indeterminate:
		return "indeterminate"
	case NotRouted:
		return "not_routed"
	case Blocked:
		return "blocked"
	}
	return "unknown"
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
