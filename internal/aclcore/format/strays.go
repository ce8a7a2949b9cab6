package format

import (
	"regexp"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/extent"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
)

// Conditions on the state of connection tracking, and the states of packets that are of no
// connection (iptables-extensions(8), "conntrack" and "state"; nft(8), "ct state"). The
// numbers of states that nft lists with -n are taken for those states.
var (
	byState  = regexp.MustCompile(`(?i)--(?:ct)?state\b|\bct state\b`)
	related  = regexp.MustCompile(`(?i)\brelated\b`)
	ofStrays = regexp.MustCompile(`(?i)\b(?:invalid|untracked)\b`)
	inOther  = regexp.MustCompile(`(?i)! --(?:ct)?state\b|--(?:ct)?state !|\bct state (?:!=|&|vmap|0x|\d)`)
)

// Strays says which rules of iptables and nftables are for packets of no connection; nil
// for other formats.
func Strays(name string, rules []rule.Rule) []extent.Stray {
	if name != "iptables" && name != "nftables" {
		return nil
	}
	out := make([]extent.Stray, len(rules))
	for i := range rules {
		switch text := rules[i].Text; {
		case !byState.MatchString(text):
		case inOther.MatchString(text), ofStrays.MatchString(text) && related.MatchString(text):
			out[i] = extent.StrayNamed
		case ofStrays.MatchString(text):
			out[i] = extent.StrayUnrelated
		case related.MatchString(text):
			out[i] = extent.StrayRelated
		default:
			out[i] = extent.StrayNever
		}
	}
	return out
}
