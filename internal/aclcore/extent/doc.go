// Package extent holds what rules match in full: traffic, and the zones that it comes
// from and goes to. On it rest the questions about whole lists, which ask of every rule
// and not of one flow: what a rule decides, and what two lists do differently.
//
// A [List] is one list of rules as one kind of packets meets it. It is put together
// with the [Zones] of everything that it is compared with, divides an [Extent] by
// deciding rule ([List.Divide]), and searches it for a packet ([List.Search]).
package extent
