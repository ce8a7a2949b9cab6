// Package ios reads the access lists of Cisco IOS and IOS-XE, Arista EOS, Cisco
// NX-OS and Cisco IOS-XR: running configurations, hand-written command files, and
// the output of "show access-lists" and its kin.
//
// # What is read
//
// Lists: IPv4 and IPv6; standard and extended; named and numbered (1-99 and
// 1300-1999 standard, 100-199 and 2000-2699 extended), inline ("access-list 101
// permit …", "ipv4 access-list NAME 10 permit …") and as blocks, also taken up
// again later in the file. Entries are ordered by sequence number; an entry
// without one gets the last number plus 10, as on the device. "no …" and
// "resequence" lines do what they do on the device. List names are
// [device.List.Name]; an interface where a list is applied is an alias, such as
// "GigabitEthernet0/1 in": the one that it was given last.
//
// A captured session is read as what was typed: the prompt tells the mode. What a
// command prints may be indented as a whole. "show access-lists | json" of NX-OS is
// read as the text with the same words would be. Comments start with ! or #; banners and macros are no configuration.
//
// Addresses: any, host, wildcard masks (contiguous or not, host bits under the
// mask ignored), prefixes, and object groups ("object-group network" and its
// v6, NX-OS addrgroup and XR net-group kin), nested to any depth.
//
// Services: protocols by name and number, eq, neq, gt, lt and range on source and
// destination ports, several ports after one eq or neq (IOS, EOS), ICMP types and
// codes by number and name, service, protocol and port groups. Names come from
// the platform's own tables (portnames.go, icmpnames.go), not from IANA's.
//
// # Packets that open a connection
//
// An access list of these platforms keeps no state, so what is asked of it is
// what it does with a connection's first packet. A condition on TCP flags is
// decided by whether the SYN can meet it: established, ack, rst and the like
// never do ([rule.Established]), syn always does. An entry with fragments matches
// only later fragments, so no whole packet is in its traffic. A reflect clause
// changes nothing about what the entry matches.
//
// # What becomes indeterminate
//
// Such a rule has the reason in [rule.Rule.Unknown] and the widest traffic that
// it could match:
//   - time-range, dscp, precedence, tos, ttl, packet-length, option, match-any and
//     every other condition that the flow does not settle; dynamic and evaluate;
//   - a host name, an address or a port name that is not known to the platform;
//   - a wildcard mask that stands for more ranges than are kept;
//   - an object group that is not defined, is empty or contains itself; a member of
//     a group that cannot be read, while the others decide; the members that only
//     the first of two definitions has; and all of a group with a line that is not
//     known to add a member, such as one that takes a member away;
//   - two different entries with one sequence number (IOS and EOS refuse the
//     second, and NX-OS is not known to; on XR the later one replaces the other);
//   - an entry that is typed again above itself (IOS and NX-OS refuse it and do not
//     move it);
//   - the implicit permit of a list that is applied but empty or not defined: IOS
//     permits everything there, other platforms and old releases do not.
//
// A line of a list that is no entry at all becomes two indeterminate rules, a
// permit and a deny of any traffic, since it could be either. Where it looks like
// the rest of the entry above it, broken by a terminal, that entry is no longer
// certain either.
//
// What filters packets but is no IPv4 or IPv6 access list (MAC lists, VLAN access
// maps, zone pairs, XR common access lists) is told in [device.Document.Notes], and so
// is what looks like a list or like its entries by a heading that is not known.
//
// IPv6 lists end with the implicit permits of neighbour discovery before the
// implicit deny: solicitations and advertisements on IOS and XR. EOS is not known to
// have them, and of NX-OS a Nexus 7000 has them, for routers too, and a Nexus 9000 has
// not (Security Configuration Guide 9.x, "Implicit Rules for IP and MAC ACLs"), so there
// they are indeterminate.
//
// # Where changes go
//
// [rule.Rule.Place] is the command that enters the rule's list, such as "ip
// access-list extended EDGE". Where a remark stands just before the rule under a
// number of its own (NX-OS, XR, EOS) the numbers that are free follow, "ip
// access-list EDGE 31-39", or "none". "unknown" follows where the rule has no
// number or not the one in its text, as after a resequence command. Place is empty for a list
// without entries: its first one would change what becomes of all other traffic.
//
// Sources: Cisco IOS Security Command Reference and "IP Access List Entry Sequence
// Numbering"; Cisco Nexus 7000 Series NX-OS Security Command Reference; Cisco ASR
// 9000 IP Addresses and Services Command Reference; Arista EOS User Manual,
// chapter "ACLs and Route Maps".
package ios
