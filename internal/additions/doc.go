// Package additions keeps the file of the rules that we own in a ruleset: a JSON
// rule list that is evaluated before the ruleset itself.
//
//	[
//	  {"name": "acl-1f6b0c9a52", "action": "permit", "src_ip": ["10.0.0.1"], "dst_ip": ["10.0.0.2"], "dst_port": ["udp/501"], "owners": ["Billing/flow2@777bfe96ae"]}
//	]
//
// A rule with owners is ours: each flow that needs it is an owner, with the id of its
// configuration, and the rule goes with its last one. A rule without owners is somebody else's; it is never
// changed, moved or lost.
//
// # Order
//
// The first rule that matches decides, so the order is part of what people wrote.
// Hand-made rules never change places with each other, nor with our rules that
// stand in the file. A new rule of ours goes to the top, since what a flow needs is
// found out against everything that is not ours: what it may not overrule, it does
// not touch. Our denies stand before our permits, so a new permit goes below the
// last deny of ours that somebody has put a rule above. Our rules that stand
// together are sorted, denies first, then by name: the file does not tell in which
// order flows were applied.
//
// # Writing
//
// [Update] is the only way to write. It holds a lock in the process and a lock
// file between processes, reads the file again, and replaces it in one step, so
// that a reader, or whoever finds the file after a crash, sees the old or the new
// one, whole.
package additions
