package fortios

import (
	"bytes"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/mark"
)

// Scores of [Sniff].
const (
	certain  = 95
	probable = 80
)

// tables are the tables of a configuration that only a FortiGate has.
var tables = mark.MustCompile(`(?m)^[ \t]*config (firewall (policy6?|address6?|addrgrp6?|vip|service custom|service group)|vdom|system zone)\r?$`)

// sniffed is how much of a text is looked at.
const sniffed = 1 << 20

// Sniff tells how sure it is that content is a configuration of FortiOS, from 0 to
// 100.
func Sniff(content []byte) int {
	head := content[:min(len(content), sniffed)]
	switch {
	case bytes.HasPrefix(bytes.TrimLeft(head, "\ufeff \r\n\t"), []byte("#config-version=")):
		return certain
	case tables.In(head):
		return probable
	}
	return 0
}
