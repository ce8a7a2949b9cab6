package junos

import (
	"regexp"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/mark"
)

// Scores of [Sniff].
const (
	certain  = 95
	probable = 75
)

// sniffed is how much of a text is looked at.
const sniffed = 1 << 20

var (
	setMarks = mark.MustCompile(`(?m)^([\w.-]+@[\w.-]+[>#%] ?)?(set|deactivate) ((logical-systems|tenants|groups) \S+ )?` +
		`(firewall (family \S+ )?filter |security (policies|zones|nat|address-book) |interfaces \S+ unit |policy-options prefix-list |applications application|system host-name |routing-options static |version \d)`)
	braceMarks = mark.MustCompile(`(?m)^[ \t]*((replace: |inactive: )?(filter|policy-options|security-zone|from-zone|prefix-list|address-book|applications|policies|family inet6?)\b[^;{\n]*\{|firewall \{|security \{)`)
	otherBrace = mark.MustCompile(`(?m)^[ \t]*(rulebase|deviceconfig|mgt-config|table|chain|config) [^;{\n]*\{|^[ \t]*(rulebase|deviceconfig|mgt-config) \{`)
	statements = regexp.MustCompile(`(?m);\s*$`)
)

// Sniff tells how sure it is that content is a configuration of Junos, from 0 to 100.
func Sniff(content []byte) int {
	head := content[:min(len(content), sniffed)]
	switch {
	case setMarks.In(head):
		return certain
	case braceMarks.In(head) && statements.Match(head) && !otherBrace.In(head):
		return probable
	}
	return 0
}
