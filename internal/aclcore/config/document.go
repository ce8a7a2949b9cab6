// Package config holds what a parser makes of a device's configuration or a
// cloud's export: the access lists in it, before one is chosen as a ruleset.
package config

import "github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"

// Input is text to parse.
type Input struct {
	// Source names the text for people, usually the base name of its file; it leads
	// every error and every description of a rule.
	Source  string
	Content []byte
}

// Document is what was found in an Input.
type Document struct {
	// Format is the language that was read: cisco_ios, iptables, …
	Format string
	// Lists are the access lists in the order of the text.
	Lists []List
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
	// Stateless and Return are as in [rule.Ruleset].
	Stateless bool
	Return    []rule.Rule
}

// Note is a line that was not understood.
type Note struct {
	Line         int
	Text, Reason string
}
