// Package junos reads and writes the packet filters of Junos: firewall filters, and the
// security policies of the SRX, from a configuration in braces or as set commands.
//
// # What is read
//
// Every firewall filter of the families inet and inet6, with its terms, prefix lists and
// nested filters, and the interfaces that it is bound to. The security policies between
// zones, the global ones and the default, as one list; address books with their scopes,
// applications and sets of them. Groups that are applied, inactive statements; the
// commands set, delete, deactivate, activate, insert, rename and copy in their order.
// Interfaces, zones, routes and rules of address translation.
//
// # What is indeterminate
//
// Conditions that a packet's addresses and services do not decide: identity, dynamic
// applications, schedulers, interfaces, lengths, options; names of hosts; applications
// with program numbers; policies into a VPN; addresses that a NAT rule translates. What
// a group adds to an ordered list, since its place there is not known.
//
// # Sources
//
// Juniper: Routing Policies, Firewall Filters, and Traffic Policers User Guide (firewall
// filter match conditions and actions; specifying address filter match conditions);
// Security Policies User Guide for Security Devices; NAT User Guide; CLI User Guide
// (apply-groups).
package junos
