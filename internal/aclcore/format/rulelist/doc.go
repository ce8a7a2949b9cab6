// Package rulelist reads rules written as a list of objects in JSON or YAML, the
// data model of Python's netutils, or handed over as values.
//
//	[
//	  {"name": "web", "src_ip": "10.0.0.0/24", "dst_ip": ["10.1.0.7", "10.1.0.8"], "dst_port": "tcp/443", "action": "permit"}
//	]
//
// The list may also stand alone under the key "rules". [Parse] reads text, [FromValues]
// values; both hand each rule as an entry to one builder, so that a rule means
// the same however it was written. [Sniff] tells rule lists from other text.
//
// What is not understood is an error, never skipped: an ignored key could be the
// one that narrows the rule.
package rulelist
