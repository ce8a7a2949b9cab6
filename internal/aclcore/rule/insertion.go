package rule

// Insertion is a change to a ruleset: new rules, in order, that take effect before
// rule Before of the base. Before is 0 for the top and len(Base.Rules) for the
// end. The new rules have Action, Traffic, zones and Name; one that permits the replies of
// established connections, for a base that is Tracked, has that State; nothing else is
// set.
type Insertion struct {
	Base   *Ruleset
	Before int
	Rules  []Rule
	// Beside are changes to the same base that are made before this one, as they were
	// written: the numbers in them are taken.
	Beside []string
	// Lookup keeps what was looked up in the base for other insertions, nil if nothing.
	Lookup *Lookup
}
