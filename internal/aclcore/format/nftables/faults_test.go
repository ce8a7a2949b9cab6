package nftables_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/device"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/parsetest"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/nftables"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/match"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/testshared"
)

// TestFaults asks texts in which something was once misread, with what the kernel does.
func TestFaults(t *testing.T) {
	dir := testshared.Dir(t, "reference", "faults")
	for _, c := range []struct {
		file, list, from, to, flow string
		want                       match.Verdict
	}{
		{"12_undecided_firewalld_status_dnat.nft", "input", "eth0", "", "198.51.100.9 -> 192.0.2.5 tcp/8080", match.Blocked},
		{"12_undecided_firewalld_status_dnat.nft", "input", "eth0", "", "198.51.100.9 -> 192.0.2.5 tcp/22", match.Allowed},
		{"12_undecided_firewalld_status_dnat.nft", "forward", "eth0", "eth1", "198.51.100.9 -> 192.0.2.5 tcp/22", match.Blocked},
		{"16_undecided_interface_pattern.nft", "input", "tun3", "", "10.0.0.1 -> 192.0.2.10 tcp/22", match.Allowed},
		{"16_undecided_interface_pattern.nft", "input", "eth0", "", "10.0.0.1 -> 192.0.2.10 tcp/22", match.Blocked},
	} {
		content, err := os.ReadFile(filepath.Join(dir, c.file))
		if err != nil {
			t.Fatal(err)
		}
		doc, err := nftables.Parse(device.Input{Source: c.file, Content: content})
		if err != nil {
			t.Errorf("%v", err)
			continue
		}
		q := parsetest.Question{List: c.list, From: c.from, To: c.to, Flow: c.flow}
		if got := q.Verdict(t, doc); got != c.want {
			t.Errorf("%s: %s %s is %v, want %v", c.file, c.list, c.flow, got, c.want)
		}
	}
}
