package ios_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/device"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/ios"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/parsetest"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/testshared"
)

// unknownBlocks filter packets in a way that no reader knows: lists by their headings,
// as configured and as shown, and blocks by their entries.
var unknownBlocks = []string{
	"Quantum IP access list Q\n    10 deny ip any any\n",
	"quantum access-list Q\n deny ip any any\n",
	"ip access-list quantum Q\n 10 deny ip any any\n",
	"MPLS access list Q\n    10 deny ip any any\n",
	"IPX ACL Q\n    10 deny ip any any\n",
	"packet-filter Q\n rule 5 drop source 10.0.0.1\n",
	"quantum firewall Q\n drop all\n",
	"wholly new Q\n 10 deny tcp any any eq 22\n 20 permit ip any any\n",
	"wholly new Q\n permit udp any any\n",
	"traffic-policies\n   traffic-policy Q\n      match X ipv4\n         actions\n            drop\n",
}

// starting are lines at which a command of the top level starts, and which no banner
// and no description has.
var starting = regexp.MustCompile(`^(interface \S|hostname \S+$|router (ospf|bgp) |(ip|ipv4|ipv6) access-list \S|access-list \d|object-group \S|(Standard|Extended) IP access list|IP(v6)? access list|line vty)`)

// TestUnknownHeadings puts lists and blocks that are not known into real texts.
func TestUnknownHeadings(t *testing.T) {
	root := testshared.Dir(t, "corpora")
	places := 0
	for _, c := range corpora {
		parse := func(in device.Input) (*device.Document, error) { return ios.Parse(c.dialect, in) }
		err := filepath.WalkDir(filepath.Join(root, c.dir), func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || !c.file.MatchString(path) {
				return err
			}
			content, err := os.ReadFile(path)
			if err != nil || len(content) > 100_000 {
				return err
			}
			for _, block := range unknownBlocks {
				places += parsetest.Silence(t, parse, d.Name(), string(content), block, starting.MatchString)
			}
			return nil
		})
		if err != nil {
			t.Error(err)
		}
	}
	if t.Logf("%d places", places); places < 1000 {
		t.Errorf("only %d places", places)
	}
}
