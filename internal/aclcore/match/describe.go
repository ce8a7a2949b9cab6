package match

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
)

// facing returns the ruleset with the rules that a packet or its reply meets.
func (x *Index) facing(replies bool) *rule.Ruleset {
	if replies {
		return x.rules.Replies()
	}
	return x.rules
}

// Tracked implements [Matcher].
func (x *Index) Tracked() bool { return x.rules.Tracked }

// DeniesReplies implements [Matcher].
func (x *Index) DeniesReplies() bool {
	rules := x.facing(true).Rules
	for i := range rules {
		if r := &rules[i]; r.Action == rule.Deny && r.State != rule.New && !r.Traffic.IsCatchAll() && !r.Traffic.IsEmpty() {
			return true
		}
	}
	return false
}

// Describe implements [Matcher].
func (x *Index) Describe(i int, replies bool) string { return x.facing(replies).Describe(i) }

// Refer implements [Matcher].
func (x *Index) Refer(i int, replies bool) string { return x.facing(replies).Refer(i) }

// Says implements [Matcher].
func (x *Index) Says(i int, replies bool) string {
	if i < 0 {
		return ""
	}
	return x.facing(replies).Rules[i].String()
}

// Label implements [Matcher].
func (x *Index) Label(i int, replies bool) (name string, line int) {
	rs := x.facing(replies)
	if i < 0 {
		return fmt.Sprintf("default %s", rs.Default), 0
	}
	r := &rs.Rules[i]
	name = cmp.Or(r.Name, r.Text, r.String())
	if len(r.Assumed) > 0 {
		name += " (" + strings.Join(r.Assumed, "; ") + ")"
	}
	return name, r.Line
}

// Position implements [Matcher].
func (x *Index) Position(i int, _ bool) int { return i }
