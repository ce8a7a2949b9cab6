package panos

import (
	"bytes"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/mark"
)

// Scores of [Sniff].
const (
	certain  = 95
	probable = 80
)

// sniffed is how much of a text is looked at.
const sniffed = 1 << 20

var (
	xmlMarks = mark.MustCompile(`<config[^>]*\burldb=|<(pre-|post-)?rulebase>|<mgt-config>|<device-group>|<vsys>`)
	setMarks = mark.MustCompile(`(?m)^([\w.-]+@[\w.-]+[>#] ?)?set (vsys \S+ |shared |device-group \S+ |device-group "[^"\n]*" |policy panorama |template \S+ config )*` +
		`((pre-|post-)?rulebase (security|nat|default-security-rules) |zone \S+ network |deviceconfig |address (\S+|"[^"\n]*") (ip-netmask|ip-range|fqdn) |address-group (\S+|"[^"\n]*") (static|dynamic) |network (interface|virtual-router) |service (\S+|"[^"\n]*") protocol )`)
	braceMarks = mark.MustCompile(`(?m)^[ \t]*(pre-|post-)?rulebase \{|^[ \t]*deviceconfig \{|^[ \t]*mgt-config \{`)
)

// Sniff tells how sure it is that content is a configuration of PAN-OS or Panorama,
// from 0 to 100.
func Sniff(content []byte) int {
	head := content[:min(len(content), sniffed)]
	switch {
	case bytes.HasPrefix(bytes.TrimLeft(head, "\ufeff \r\n\t"), []byte("<")):
		if xmlMarks.In(head) {
			return certain
		}
	case setMarks.In(head):
		return certain
	case braceMarks.In(head) && braceLine.Match(head):
		return probable
	}
	return 0
}
