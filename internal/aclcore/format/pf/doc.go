// Package pf reads and writes pf.conf, the rules of the packet filter of OpenBSD and
// FreeBSD, as a file or as pfctl -s rules prints them.
//
// # What is read
//
// Filter rules, with macros, tables, lists, and anchors whose rules stand in the text.
// The last rule that matches decides, unless one that is quick matches: as a list of
// which the first match decides, that is the quick rules in order, then the others in
// reverse order, then pass. There are two lists, in and out, as a packet that is
// forwarded is filtered by both; the interface of a rule is the zone on that side.
// A pass keeps state, so that replies pass. What no rule matches passes without state: it
// is in doubt where a rule may block the replies, and so is a pass with no state.
//
// # What is indeterminate
//
// Conditions that only the host can decide (user, os, tagged, probability, interface
// groups, addresses of interfaces, host names, tables whose content is elsewhere),
// anchors that are filled elsewhere, limits of states, other routes, and what address
// translation may touch. A statement with a word that is not known may do anything.
//
// # Sources
//
// OpenBSD and FreeBSD: pf.conf(5), pfctl(8).
package pf
