// Package azure reads and writes the packet filters of Azure: network security groups,
// and network rules of Azure Firewall policies.
//
// # What is read
//
// Network security groups as the Azure CLI, the REST API and exported templates show
// them, with their default rules, which Azure adds where the text has none; the
// effective rules of a network interface; application security groups with the
// interfaces in them; virtual networks; lists of service tags, and a mapping of tags
// under the key service_tags. Rule collection groups of firewall policies. Which groups
// filter for the addresses of network interfaces and subnets, and public addresses.
//
// # What is indeterminate
//
// Service tags of which the text has no prefixes, application security groups without a
// list of interfaces, addresses of which the text does not say all that filters for them,
// everything in a text with security admin rules, expressions of templates; application
// rules and translation of a firewall policy. The tags VirtualNetwork and Internet are complements of each other:
// what one of them permits and the other permits too is permitted for sure.
//
// # Sources
//
// Microsoft Learn: Network security groups; How network security groups filter network
// traffic; Virtual network service tags; Azure Firewall rule processing logic.
package azure
