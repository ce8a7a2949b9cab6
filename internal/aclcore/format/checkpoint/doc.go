// Package checkpoint reads and writes the access rules of Check Point gateways, as the
// management API tells of them (R80 and newer).
//
// # What is read
//
// Answers of show-access-rulebase with their pages, show-package, show-access-layer,
// show-nat-rulebase and the lists of objects: one answer, several after each other, a
// list of them, or an object with named parts. Sections, inline layers (which do not
// return), ordered layers (which all have to accept), negated cells, groups with
// exclusions; objects by uid, by name or in place.
//
// # What is indeterminate
//
// A rule with an access role, a domain name, an updatable or dynamic object, a zone, an
// application; with a time, a VPN community or content; with an action that asks the
// user; for some gateways, where none is chosen. A rule that may not be seen, and all
// behind it. Objects whose content the text lacks. Layers that the package names and the
// text lacks. What no rule of a layer matches, where the text does not have the layer's
// implicit cleanup action. Traffic to an address that an object is translated to. A rulebase with
// pages missing is refused.
//
// # Sources
//
// Check Point: Management API Reference (show-access-rulebase, show-package,
// show-access-layer, objects); Security Management Administration Guide (ordered layers and
// inline layers; Security Gateways R77.30 (and lower) and the Unified Access Control Policy).
package checkpoint
