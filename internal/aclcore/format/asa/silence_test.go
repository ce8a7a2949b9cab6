package asa_test

import (
	"regexp"
	"testing"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/asa"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/parsetest"
)

// unknownBlocks filter packets in a way that no reader knows: lists by their headings,
// as configured and as shown, and blocks by their entries.
var unknownBlocks = []string{
	"Quantum access list Q\n    10 deny ip any any\n",
	"quantum access-list Q\n deny ip any any\n",
	"quantum access-list Q extended deny ip any any\n",
	"access-list Q quantum deny ip any any\n",
	"packet-filter Q\n rule 5 drop source 10.0.0.1\n",
	"quantum firewall Q\n drop all\n",
	"wholly new Q\n 10 deny tcp any any eq 22\n 20 permit ip any any\n",
	"wholly new Q\n permit udp any any\n",
	"object-group quantum Q\n network-object host 10.0.0.1\n",
}

var starting = regexp.MustCompile(`^(interface \S|hostname \S+$|nameif |access-list \S|object(-group)? \S|access-group \S)`)

// TestUnknownHeadings puts lists and blocks that are not known into real texts.
func TestUnknownHeadings(t *testing.T) {
	places := 0
	for name, content := range corpusFiles(t) {
		if len(content) > 100_000 {
			continue
		}
		for _, block := range unknownBlocks {
			places += parsetest.Silence(t, asa.Parse, name, string(content), block, starting.MatchString)
		}
	}
	if t.Logf("%d places", places); places < 300 {
		t.Errorf("only %d places", places)
	}
}
