// Package gcp reads and writes the firewalls of Google Cloud: VPC firewall rules and the
// policies around them, as gcloud shows them in JSON.
//
// # What is read
//
// Lists of VPC firewall rules; the effective firewalls of a network or a machine, with
// hierarchical, system, global and regional policies in the order in which they are
// asked; single policies; lists of machines, which resolve tags and service accounts, and
// of networks, which say whether network policies come before the VPC rules. The lists of
// a network filter for the addresses of its machines, alias ranges included.
//
// # What is indeterminate
//
// Tags and service accounts without a list of machines; secure tags, address groups,
// names, countries, threat lists, network scopes; rules that send traffic to inspection.
// A policy alone, where no rule of it decides. Elements that are not known.
//
// # Sources
//
// Google Cloud documentation: VPC firewall rules; Hierarchical firewall policies; Evaluation
// order for firewall policies and rules.
package gcp
