// Package nftables reads rulesets of nftables: what "nft -j list ruleset" prints
// (JSON) and what "nft list ruleset" prints, which is also the language of files
// for "nft -f".
//
//	json, text   both forms → tables, chains, sets and rules of one syntax tree
//	statement    the statements of a rule, as text
//	field, value what a field can be compared with, as sets of packets
//	lower        one rule → what it matches and its verdict
//	hooks        the base chains that a packet crosses → lists
//
// # Lists
//
// There is a list for each of the hooks forward, input and output where a base
// chain is, and of the hooks prerouting and postrouting if there is no other. It
// is named after its base chain ("inet filter forward"). If several are on its hook
// it is named after the hook ("inet forward hook"), with the chains as other names,
// since none of them alone tells what becomes of a packet: they are written one
// after the other in the order of their priorities; accept ends a chain, drop ends
// everything. What chains of prerouting, postrouting, ingress and egress drop
// stands in the lists too. Interfaces are zones.
//
// The families ip and ip6 go into one list; if there is only one of them, traffic
// of the other is indeterminate. Tables of the family bridge have lists of their
// own; those of arp are no filter of traffic.
//
// # Indeterminate
//
// Conditions on what a flow does not say (limit, quota, socket, time, …), marks that
// the ruleset does not set, tables and sets with lines that are not understood, sets that change while the firewall runs, expressions that are not understood,
// verdicts left to a program (queue), destinations that are rewritten (dnat,
// redirect). JSON leaves out what iptables-nft put into a rule ("xt"): export such
// a ruleset with iptables-save.
//
// The language is that of nft(8) and libnftables-json(5).
package nftables
