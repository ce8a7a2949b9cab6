// Package iana holds the names and numbers of IP protocols and of transport
// ports, as IANA registers them (state of 2025-03-28):
//
//   - the Protocol Numbers registry, in protocols.txt
//   - the Service Name and Transport Protocol Port Number Registry (RFC 6335),
//     in ports.txt
//
// Both files are made by go generate. Beside them stand two short lists kept by
// hand, protocol_aliases.txt and port_aliases.txt: names in wide use that the
// registries lack, each with the source that makes its meaning certain. An alias
// never overrules the registry.
//
// The tables are embedded as text and read at the first lookup, so that a
// process that never meets a name pays nothing. All functions are safe for
// concurrent use, match names in any case (ASCII) and allocate nothing once the
// tables are read.
//
// The words "ip" and "any" are no protocols here: what they cover is for the
// caller to say.
package iana

//go:generate go run ./gen
