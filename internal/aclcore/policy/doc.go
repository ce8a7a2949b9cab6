// Package policy says what may be asked for: policies over the products of a flow,
// or over the flow, as CEL expressions or ready-made.
//
// [Compile] checks definitions once and returns a [Set]; [Set.Check] puts a flow to
// it and returns the violations. Neither reads a clock: the instant is passed in.
//
// The expressions are CEL (https://cel.dev), type-checked, with these variables:
//
//	product      source, destination, service, protocol, protocol_number, port_low,
//	             port_high, action, zones.source, zones.destination
//	flow         name, sources, destinations, services, source_zone,
//	             destination_zone, action, network_applications, users, comment, expires
//	application  name, owner, labels
//	now          the instant of the plan
//
// and these functions, each of which takes a text, literal or name, or a list:
//
//	within(a, b)           every address of a is in b
//	overlaps(a, b)         a and b share an address
//	in_group(a, name)      every address of a is in the named addresses
//	is_private(a)          every address of a is private (RFC 1918, RFC 4193)
//	prefix_length(a)       the length of the longest prefix that holds a
//	address_count(a)       how many addresses a has
//	covers_service(a, b)   every service of b is in a
//	overlaps_service(a, b) a and b share a service
//
// # How it is fast
//
// A flow of 100 sources, 100 destinations and 10 services has 100,000 products. An
// expression is cut at its logical operators into leaves, and each leaf is evaluated
// once for each combination of what it looks at: one that reads product.source alone
// 100 times. What it looks at is known from the checked syntax tree. The slow way, the
// whole expression for each product, is in the tests as the oracle.
//
// # What cannot be decided
//
// An expression that fails, for a label that is not there or because it costs too
// much, decides nothing: the policy is violated, Undecided, with the reason.
package policy
