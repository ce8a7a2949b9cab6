// Package diff says what two rulesets do differently: the traffic that the second
// permits and the first does not, the other way round, and what is less or more certain,
// exactly, each with the rules that decide it before and after.
//
// Most of two long lists is the same. Rules that stand in both, in the same order, are
// paired (align.go). Where a packet meets only paired rules until it is decided, both
// lists decide it by the same rule. So all differences lie in what the other rules take
// part in deciding, and only that is divided by both lists (compare.go).
package diff
