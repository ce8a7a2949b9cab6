// Package kit is what formats share. This package itself is empty; its parts, from the
// text up to the rules:
//
//	terminal   what a captured session adds to a text
//	jsontree   JSON whose values know their lines
//	tree       configurations that are trees of words: commands, braces, XML
//	mark       what tells the format of a text
//	known      sets that are known in part, and why
//	port       sets of ports, comparisons, and the services that they make
//	objects    named objects and groups, nested, hidden by inner levels
//	zoned      rules between zones, lowered to rules of a ruleset
//	netfilter  chains, jumps and hooks of Linux, lowered to rules
//	vpc        groups and network ACLs of a cloud, lowered to rules
//	spot       where new rules have to stand to take effect
//	parsetest  behaviour tests of readers as text
//	rendertest tests that read written changes back
package kit
