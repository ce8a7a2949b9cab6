package pf

import (
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/mark"
)

// probable is the score of [Sniff].
const probable = 85

// sniffed is how much of a text is looked at.
const sniffed = 1 << 20

// marks are lines that only pf.conf has.
var marks = mark.MustCompile(`(?m)^[ \t]*(@\d+(\(\d+\))? )?(((pass|match)|block( drop| return(-rst|-icmp6?)?)?)[ \t]+(in|out|quick|log|on|inet6?|proto|from|all)\b|block( drop| return)?[ \t]*\r?$|table[ \t]+<[\w-]+>|set skip on )`)

// Sniff tells how sure it is that content is a pf.conf, from 0 to 100.
func Sniff(content []byte) int {
	if marks.In(content[:min(len(content), sniffed)]) {
		return probable
	}
	return 0
}
