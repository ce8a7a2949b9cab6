// Package sense reads and writes config.xml, the configuration of OPNsense and pfSense,
// which both make rules of pf of it.
//
// # What is read
//
// Rules of interfaces, of groups of interfaces, and floating ones, as OPNsense and pfSense
// have had them from the beginning, and the newer model of OPNsense. The device loads them
// in an order: what it makes by itself, floating rules, those of groups, those of
// interfaces, and in the end what lets everything leave that was let in, or blocks. In that
// order the first rule decides that is quick and matches, else the last one that is not
// quick: floating rules may be so. There are two lists, in and out, as a packet that is
// forwarded meets both; the interface of a rule, by its name in the configuration, is the
// zone on that side. Aliases are read with all that they name, networks and addresses of
// interfaces, interfaces with their addresses, static routes, and translations.
//
// # What is indeterminate
//
// Gateways, schedules, tags, operating systems, limits and flags of a rule, aliases whose
// content is elsewhere (names of hosts, URLs, countries), addresses by DHCP, the table of
// bogons, captive portals, and what a translation may touch. An element that is not known
// leaves its rule open. A packet with port 0 is blocked by both, which is not read: no
// connection has that port (IANA, Service Name and Transport Protocol Port Number Registry).
//
// # Sources
//
// OPNsense core, src/opnsense/mvc/app/library/OPNsense/Firewall (FilterRule, Rule, Plugin),
// src/etc/inc/filter.inc and filter.lib.inc; pfSense, src/etc/inc/filter.inc: the programs
// that make the rules of pf. FreeBSD: pf.conf(5).
package sense
