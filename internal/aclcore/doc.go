// Package aclcore is the core: what firewalls say, what is wanted of them, and the
// difference. This package itself is empty; here is what its rooms are for, in the
// order in which a question passes through them.
//
// What traffic is, as sets with an exact algebra:
//
//	addr       IP addresses: one written address, and sets of ranges
//	service    protocols, ports, ICMP types: one written service, and sets of them
//	  iana     the names that IANA registers for protocols and ports
//	traffic    products of sources, destinations and services
//	nearest    the word that somebody may have meant who mistyped it
//
// What is wanted:
//
//	flow       a declared flow: names resolved, its products, its traffic
//	zone       which zone an address is in: the longest prefix decides
//	matrix     what may be asked for between zones
//	policy     what may be asked for: policies over a flow and its products
//
// What firewalls say:
//
//	rule       a rule, and the ruleset in which the first one that matches decides
//	device     what one text configures: access lists, interfaces, bindings, routes,
//	           translations
//	format     one registry of languages; it detects, reads and writes
//	  rulelist   lists of objects in JSON and YAML, as netutils has them
//	  asa, ios   Cisco ASA; Cisco IOS, NX-OS and IOS-XR, Arista EOS
//	  fortios    policies of a FortiGate
//	  junos      firewall filters and security policies of Juniper devices
//	  checkpoint access rules of Check Point gateways
//	  panos      security rules of Palo Alto firewalls and Panorama
//	  iptables   iptables-save
//	  nftables   nft list ruleset, as text and as JSON
//	  pf         pf.conf of OpenBSD and FreeBSD
//	  sense      config.xml of OPNsense and pfSense
//	  azure      network security groups and firewall policies of Azure
//	  gcp        VPC firewall rules and firewall policies of Google Cloud
//	  kubernetes network policies of a cluster
//	  aws        security groups and network ACLs as the AWS command line shows them
//	  tfplan     the same as Terraform shows them, in a plan or a state
//	  kit        what formats share
//
// The answer:
//
//	match      which rule decides what, the verdict, and what is missing
//	topology   the same over an estate of devices: zones, ways, crossings, guards
//	extent     traffic between zones: what whole lists are divided and searched by
//	diff       what two rulesets do differently
//	audit      what the rules of a list are for
//	change     the rules that close the gap, few of them
//	script     the commands that put rules into the list of a device, and take them out
//
// How it is known to be right:
//
//	oracle     the same answer, packet by packet, slowly and plainly
//	enginetest rulesets and questions for tests: every packet of a tiny universe,
//	           estates of real size, worst cases
//
// A verdict never travels without its reason, and what cannot be known is said to
// be: a false "allowed" is the one bug that must not happen.
//
// The core is pure. Bytes and values go in, values come out; there is no Terraform,
// no network, no file, no clock and no global state that changes. Package estate
// reads the files, package provider speaks with Terraform. Imports run one way,
// from the bottom of this page up: .golangci.yml holds them to it.
package aclcore
