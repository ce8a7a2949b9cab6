// Package panos reads and writes the security rules of PAN-OS firewalls and of
// Panorama: an XML configuration, set commands, or what the CLI prints in braces.
//
// # What is read
//
// The security rules of one virtual system or device group in the order in which they
// are asked: what Panorama pushes before, the firewall's own, what Panorama pushes
// behind, the default rules. Address and service objects and groups at any depth, with
// the levels that hide each other's names; zones, interfaces, routes and rules of
// address translation.
//
// # What is indeterminate
//
// A rule with a user, a device, a URL category, a schedule or targets; with an
// application, or with the services that are an application's default; with an element
// that is not known. Addresses that are names, countries, external lists or dynamic
// groups. Traffic to addresses that a rule of address translation maps. What Panorama
// pushes where the text lacks it, and the firewall's own rules where the text is
// Panorama's.
//
// # Sources
//
// Palo Alto Networks: PAN-OS Administrator's Guide (security policy rules, NAT policy
// overview), Panorama Administrator's Guide (device group policies, device group
// objects), PAN-OS CLI Quick Start (configuration in set format).
package panos
