package rulelist

import (
	"fmt"
	"strings"
)

// A field is what a key of a rule object stands for.
type field uint8

const (
	fieldName field = iota
	fieldSources
	fieldSourceZones
	fieldSourcePorts
	fieldDestinations
	fieldServices
	fieldDestinationZones
	fieldAction
	fieldCondition
	fieldComment
	fieldOwners
	fieldCount
)

// fieldOf returns the field that a key spells. The keys of netutils and our own
// names for the same are both accepted.
func fieldOf(key []byte) (field, bool) {
	switch string(key) {
	case "name":
		return fieldName, true
	case "src_ip", "sources":
		return fieldSources, true
	case "src_zone", "source_zone":
		return fieldSourceZones, true
	case "src_port":
		return fieldSourcePorts, true
	case "dst_ip", "destinations":
		return fieldDestinations, true
	case "dst_port", "services":
		return fieldServices, true
	case "dst_zone", "destination_zone":
		return fieldDestinationZones, true
	case "action":
		return fieldAction, true
	case "condition":
		return fieldCondition, true
	case "comment":
		return fieldComment, true
	case "owners":
		return fieldOwners, true
	}
	return 0, false
}

// accepted lists the keys for error messages.
const accepted = "name, action, src_ip (or sources), src_zone (source_zone), src_port, dst_ip (destinations), " +
	"dst_port (services), dst_zone (destination_zone), condition, comment, owners"

// knownKeys are the keys that a mistyped key is compared with, the preferred
// spelling of a field first.
var knownKeys = []string{
	"name", "action", "src_ip", "sources", "src_zone", "source_zone", "src_port", "dst_ip", "destinations",
	"dst_port", "services", "dst_zone", "destination_zone", "condition", "comment", "owners",
}

// otherWords are keys of other tools, flattened, and what is to be written here.
var otherWords = map[string]string{
	"source": "src_ip", "src": "src_ip", "sourceip": "src_ip", "srcaddr": "src_ip", "sourceaddress": "src_ip",
	"destination": "dst_ip", "dst": "dst_ip", "dest": "dst_ip", "destinationip": "dst_ip", "dstaddr": "dst_ip", "destinationaddress": "dst_ip",
	"port": "dst_port", "ports": "dst_port", "service": "dst_port", "destinationport": "dst_port",
	"protocol": `dst_port, which holds protocol and port as in "tcp/443"`, "proto": `dst_port, which holds protocol and port as in "tcp/443"`,
	"sourceport": "src_port", "rulename": "name", "description": "comment", "remark": "comment", "verdict": "action", "policy": "action",
	"schedule": "condition", "application": "condition", "user": "condition", "users": "condition",
}

// unknownKey says what is wrong with a key that is no field.
func unknownKey(key string) string {
	return fmt.Sprintf("unknown key %q%s; accepted are %s", key, didYouMean(key), accepted)
}

func didYouMean(key string) string {
	if key == "<<" {
		return " (merge keys of YAML are not read; write the fields out)"
	}
	flat := flatten(key)
	if word, ok := otherWords[flat]; ok {
		return " (did you mean " + word + "?)"
	}
	const near = 2 // typing errors
	best, distance := "", near+1
	for _, known := range knownKeys {
		if d := editDistance(flat, flatten(known)); d < distance && d < len(flat) {
			best, distance = known, d
		}
	}
	if best == "" {
		return ""
	}
	return " (did you mean " + best + "?)"
}

// flatten takes out what spellings of one key differ in: case and separators.
func flatten(key string) string {
	return strings.NewReplacer("_", "", "-", "", " ", "", ".", "").Replace(strings.ToLower(key))
}

// editDistance is the number of bytes to insert, delete or replace to make b of
// a, or a large number for texts that are far too long to be a mistyped key.
func editDistance(a, b string) int {
	const longest = 40
	if len(a) > longest {
		return longest
	}
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			replace := diagonal
			if a[i] != b[j] {
				replace++
			}
			diagonal = row[j+1]
			row[j+1] = min(replace, row[j+1]+1, row[j]+1)
		}
	}
	return row[len(b)]
}
