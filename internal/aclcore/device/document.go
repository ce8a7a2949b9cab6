// Package device holds what one text configures, in no vendor's words: the access
// lists in it, before one is chosen as a ruleset, and besides them the interfaces of
// the firewall, which list filters what between them, its routes and its address
// translations.
package device

import "github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"

// Input is text to parse.
type Input struct {
	// Source names the text for people, usually the base name of its file; it leads
	// every error and every description of a rule.
	Source  string
	Content []byte
	// Context chooses one of several firewalls that the text configures, by the
	// vendor's own name of it: a vsys, a VDOM, a device group, a logical system. It is
	// empty where the format has none of these, or where there is one.
	Context string
}

// Document is what was found in an Input. What a format does not have, or its reader
// does not read yet, is empty: nothing may be concluded from an absent interface,
// binding, route or translation unless Topology says that they were read.
type Document struct {
	// Format is the language that was read: cisco_ios, iptables, ….
	Format string
	// Context is the firewall that was chosen, Contexts are all that the text
	// configures, in its order. Both are empty where the format has no contexts.
	Context  string
	Contexts []string
	// Lists are the access lists in the order of the text.
	Lists []List

	// Topology says that Interfaces, Bindings and Routes are all that the text has.
	Topology     bool
	Interfaces   []Interface
	Bindings     []Binding
	Routes       []Route
	Translations []Translation
	// Doubts are what else the device does with packets, as far as the reader knows of it and
	// does not follow it.
	Doubts []Doubt
	// SameSecurity says that packets pass from one interface to another of the same
	// security level.
	SameSecurity bool
	// SameInterface says that packets may leave by the interface that they entered by, on
	// a device with security levels; on others they always may.
	SameInterface bool

	// Notes are lines that concern filtering, belong to no list, and were not
	// understood.
	Notes []Note
}

// List is one ordered list of rules.
type List struct {
	// Name selects the list: an access list's name or number, a chain, a group id.
	Name string
	// Aliases select it as well: interfaces and hooks where it is applied
	// ("outside in", "eth0").
	Aliases []string
	Rules   []rule.Rule
	// Default applies to traffic that no rule matches.
	Default rule.Action
	// Stateless and what follows are as in [rule.Ruleset].
	Stateless     bool
	Return        []rule.Rule
	ReturnDefault rule.Action
	ReturnList    string
	Tracked       bool
	Host          bool
	// Hits are how many packets each of Rules has decided, as the device counted them,
	// -1 for a rule without a counter. It is nil where the text has no counters.
	Hits []int64
	// Disabled are as in [rule.Ruleset].
	Disabled []rule.Rule
	// Writer is what the format found out for its own writer, such as free numbers and
	// the names of objects; nil if that needs nothing. Only the format looks inside.
	Writer any
}

// Ruleset returns the list as a ruleset; its name, and the text and language that it is
// from, are set by who calls.
func (l *List) Ruleset() *rule.Ruleset {
	return &rule.Ruleset{
		Rules: l.Rules, Default: l.Default, Writer: l.Writer, Disabled: l.Disabled, Tracked: l.Tracked, Host: l.Host,
		Stateless: l.Stateless, Return: l.Return, ReturnDefault: l.ReturnDefault, ReturnList: l.ReturnList,
	}
}

// Note is a line that was not understood.
type Note struct {
	Line         int
	Text, Reason string
}
