// Package fortios reads and writes the firewall policies of a FortiGate: a backup of
// its configuration, or what show and show full-configuration print.
//
// # What is read
//
// The policies of one VDOM in the order of the text, for IPv4 and IPv6; addresses,
// address groups with exclusions, services and service groups; virtual IPs; zones and
// interfaces. The commands set, append, unset, delete, move, rename, clone and purge
// are applied in the order of the text.
//
// # What is indeterminate
//
// A policy with a schedule other than always, with users or groups, with an Internet
// service, or with a setting that is not known; an address that is a name, a country or
// a tag; a service that is limited to a host by name. Traffic to the outside address
// of a virtual IP, where the policy that is meant does not name it, or where ports are
// mapped. Traffic to multicast groups, which other policies decide about; what access
// control lists, policies for the time to live and bound hardware addresses may drop before
// the policies; what is translated between IPv4 and IPv6. Policies of a VDOM in policy-based NGFW mode are refused, since they do not
// filter there.
//
// # Sources
//
// Fortinet: FortiOS CLI Reference (firewall policy, firewall address, firewall service
// custom, firewall vip, firewall ttl-policy, firewall ipmacbinding setting, system nat64,
// system zone); FortiOS Administration Guide (Configuring multicast forwarding); Fortinet Technical Tips 94794 (deny policies and
// virtual IPs), 198575 (asymmetric routing), 189573 (virtual IPs that no policy names), 355966 (ports of virtual
// IPs).
package fortios
