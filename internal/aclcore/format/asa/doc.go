// Package asa reads access lists of the Cisco ASA: show running-config, in whole or
// in part, and show access-list.
//
// # What is read
//
//   - access-list NAME [line N] [extended] {permit|deny} …, with and without the
//     word extended, and ipv6 access-list of releases before 9.0
//   - access-list NAME standard …, which matches destinations: on an ASA it
//     describes routes and tunnelled networks, never sources
//   - object network, object service, and object-group network, service (with and
//     without a protocol), protocol and icmp-type, nested to any depth
//   - name aliases, netmasks (not wildcards; they need not be contiguous), any, any4
//     and any6, source and destination ports, the ASA's own names of ports,
//     protocols and ICMP types
//   - access-group, as aliases of the list it applies: "outside in", "dmz out",
//     "outside in control-plane", "global"; a later one takes the place of an earlier
//   - captured sessions, as what was typed at a prompt, and comments after !, :, # or >
//
// A command with "line N" is put where the ASA would put it, so that a change
// pasted below a configuration takes effect. In the output of show access-list the
// elements that repeat a line number are what that line expands to. They are read
// where the objects of the line are not in the text, else the line itself is; both
// count only where the heading tells that elements may be missing.
//
// The rules of a list that is applied inbound on an interface are followed by those
// of the global list, if there is one, then by the implicit deny, which is the
// order in which an ASA takes them.
//
// Every rule is named after its list and the line number that the ASA gives it,
// "outside_in line 12". Remarks and inactive lines have numbers too, and no rule.
//
// # What becomes indeterminate
//
// Such a rule keeps its line and text, and says why it cannot be decided:
//
//   - time-range, user, user-group, security-group, and every word that is not
//     known here
//   - an interface as an address, a fully qualified domain name, an object or
//     group that is not in the text or that holds a line which is not understood
//   - the few port names whose number depends on the source that one believes
//   - masks and groups that stand for more than can be kept
//   - what the list of a bridge group's own interface leaves to its members
//   - a line whose action is not known, lines of show access-list that are missing
//     from the text (by their numbers, or by the count in the heading), a command
//     that removes lines and names none word for word, a global list that is not in the text: each is a
//     permit and a deny of anything
//
// What a group holds beside such a member stays certain: the line becomes a rule
// for what is surely meant and an indeterminate one for what may be.
//
// # What is not read
//
// EtherType and webtype lists filter no routed packets and are notes in the
// document; so are security levels, which decide where no list is applied. ICMP is
// taken to be stateful, as with "inspect icmp"; without it replies need rules of their
// own.
//
// # Address translation
//
// The nat commands of release 8.3 and later are read in the order in which an ASA tries
// them, see [device.Translation]: manual ones, those of objects, those after-auto. Access
// lists hold real addresses. Unknown are: words that are not known here, objects that are
// not in the text, groups whose order is not certain, translation between IPv4 and IPv6,
// other protocols than TCP, UDP and ICMP with translation of ports, and everything of
// releases before 8.3 (global, static, nat with one interface).
//
// Sources: Cisco ASA Series Firewall CLI Configuration Guide 9.x (Objects for Access
// Control; Access Control Lists; Access Rules), Cisco ASA Series Command Reference,
// and Cisco ASA Series General Operations CLI Configuration Guide 9.6 (Addresses,
// Protocols, and Ports).
package asa
