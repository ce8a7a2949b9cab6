// Package schemas holds the JSON schemas of what people write by hand: rules and
// inventories. Editors complete and check files by them; package schema checks
// data.
package schemas

import _ "embed" // for the texts below

// Rule is the schema of a list of rules, of an object with such a list under
// "rules", and of one rule. Under $defs it has what functions take and return too.
//
//go:embed rule.schema.json
var Rule []byte

// Inventory is the schema of applications and their flows.
//
//go:embed inventory.schema.json
var Inventory []byte
