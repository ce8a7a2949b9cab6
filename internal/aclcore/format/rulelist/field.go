package rulelist

import (
	"fmt"
	"slices"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/nearest"
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
	fieldState
	fieldCondition
	fieldComment
	fieldOwners
	fieldList
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
	case "state":
		return fieldState, true
	case "condition":
		return fieldCondition, true
	case "comment":
		return fieldComment, true
	case "owners":
		return fieldOwners, true
	case "list": // of an additions file, which tells there what it means
		return fieldList, true
	}
	return 0, false
}

// accepted lists the keys for error messages.
const accepted = "name, action, src_ip (or sources), src_zone (source_zone), src_port, dst_ip (destinations), " +
	"dst_port (services), dst_zone (destination_zone), state, condition, comment, owners, list"

// knownKeys are the keys that a mistyped key is compared with, the preferred
// spelling of a field first.
var knownKeys = []string{
	"name", "action", "src_ip", "sources", "src_zone", "source_zone", "src_port", "dst_ip", "destinations",
	"dst_port", "services", "dst_zone", "destination_zone", "state", "condition", "comment", "owners", "list",
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
	if word, ok := otherWords[nearest.Flat(key)]; ok {
		return " (did you mean " + word + "?)"
	}
	if word := nearest.Of(key, slices.Values(knownKeys)); word != "" {
		return " (did you mean " + word + "?)"
	}
	return ""
}
