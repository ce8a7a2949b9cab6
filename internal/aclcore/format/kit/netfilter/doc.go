// Package netfilter turns the chains of a Linux packet filter into one ordered
// list of rules in which the first match decides. The parsers of iptables and
// nftables build [Chain]s; the order of work here is
//
//	Packets    what one condition matches, and the exact algebra on it
//	Connection, Flags   conditions on connection tracking and on TCP flags
//	Chain      rules with verdicts, jumps to other chains among them
//	Flatten    one base chain with all it jumps to, as a Stage
//	Then       a stage followed by the next base chain that packets cross
//	Stage.List the rules, with "not from this interface" put into plain zones
//
// What is asked of a ruleset is whether a connection may be opened. All is
// therefore said of the first packet of a connection as it is sent: unfragmented,
// without IPv6 extension headers, a TCP packet with SYN alone; and of later
// packets, for rulesets whose replies are checked too. See iptables(8),
// iptables-extensions(8) and nft(8) for the rules of traversal.
//
// Everything is bounded. Where a bound is met, and where a verdict cannot be known
// (a queue to a program, a rewritten destination), the traffic becomes a permit
// and a deny that both may or may not match: indeterminate, never wrong.
package netfilter
