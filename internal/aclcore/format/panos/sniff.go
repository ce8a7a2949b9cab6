package panos

import (
	"bytes"
	"regexp"
)

// Scores of [Sniff].
const (
	certain  = 95
	probable = 80
)

// sniffed is how much of a text is looked at.
const sniffed = 1 << 20

var (
	xmlMarks = regexp.MustCompile(`<config[^>]*\burldb=|<(pre-|post-)?rulebase>|<mgt-config>|<device-group>|<vsys>`)
	setMarks = regexp.MustCompile(`(?m)^([\w.-]+@[\w.-]+[>#] ?)?set (vsys \S+ |shared |device-group \S+ |device-group "[^"]*" |policy panorama |template \S+ config )*` +
		`((pre-|post-)?rulebase (security|nat|default-security-rules) |zone \S+ network |deviceconfig |address (\S+|"[^"]*") (ip-netmask|ip-range|fqdn) |address-group (\S+|"[^"]*") (static|dynamic) |network (interface|virtual-router) |service (\S+|"[^"]*") protocol )`)
	braceMarks = regexp.MustCompile(`(?m)^\s*(pre-|post-)?rulebase \{|^\s*deviceconfig \{|^\s*mgt-config \{`)
)

// Sniff tells how sure it is that content is a configuration of PAN-OS or Panorama,
// from 0 to 100.
func Sniff(content []byte) int {
	head := content[:min(len(content), sniffed)]
	switch {
	case bytes.HasPrefix(bytes.TrimLeft(head, "\ufeff \r\n\t"), []byte("<")):
		if xmlMarks.Match(head) {
			return certain
		}
	case setMarks.Match(head):
		return certain
	case braceMarks.Match(head) && braceLine.Match(head):
		return probable
	}
	return 0
}
