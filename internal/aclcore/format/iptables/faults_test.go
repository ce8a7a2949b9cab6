package iptables_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/device"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/iptables"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/parsetest"
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
		{"01-iptables-reversed-range.rules", "FORWARD", "", "", "10.0.0.1 -> 192.0.2.10 udp/29", match.Blocked},
		{"06-iptables-only-mangle.rules", "FORWARD", "", "", "10.0.0.1 -> 192.0.2.10 tcp/29", match.Blocked},
		{"06-iptables-only-mangle.rules", "FORWARD", "", "", "10.0.0.1 -> 192.0.2.10 udp/53", match.Indeterminate},
		{"07-iptables-fragment.rules", "FORWARD", "", "", "10.0.0.1 -> 192.0.2.10 tcp/22", match.Blocked},
		{"07-iptables-fragment.rules", "FORWARD", "", "", "10.0.0.1 -> 192.0.2.10 tcp/23", match.Allowed},
		{"08_refused_first_header_missing.rules", "INPUT", "", "", "10.0.0.1 -> 192.0.2.10 tcp/22", match.Allowed},
		{"10_undecided_ufw_addrtype.rules", "INPUT", "eth0", "", "198.51.100.9 -> 192.0.2.5 tcp/22", match.Allowed},
		{"11_undecided_mark_openvpn_as.rules", "FORWARD", "as0t0", "eth0", "172.27.232.5 -> 198.51.100.25 tcp/25", match.Allowed},
		{"11_undecided_mark_openvpn_as.rules", "FORWARD", "as0t0", "eth0", "172.27.232.5 -> 192.168.3.4 tcp/25", match.Blocked},
		{"11_undecided_mark_openvpn_as.rules", "FORWARD", "eth0", "as0t0", "192.168.3.4 -> 172.27.232.5 tcp/25", match.Blocked},
		{"11_undecided_mark_kubernetes.rules", "FORWARD", "cni0", "eth0", "10.1.0.64 -> 8.8.8.8 udp/53", match.Blocked},
		{"16_undecided_interface_pattern.rules", "INPUT", "tun3", "", "10.0.0.1 -> 192.0.2.10 tcp/22", match.Allowed},
		{"16_undecided_interface_pattern.rules", "INPUT", "eth0", "", "10.0.0.1 -> 192.0.2.10 tcp/22", match.Blocked},
		{"17_undecided_notrack.rules", "FORWARD", "wan", "lan", "198.51.100.7 -> 10.0.0.1 tcp/443", match.Blocked},
		{"18_undecided_ctproto_ctorigdstport.rules", "INPUT", "lan", "", "10.0.0.5 -> 10.0.0.1 tcp/53", match.Allowed},
		{"18_undecided_ctproto_ctorigdstport.rules", "INPUT", "lan", "", "10.0.0.5 -> 10.0.0.1 udp/53", match.Allowed},
		{"18_undecided_ctproto_ctorigdstport.rules", "INPUT", "lan", "", "10.0.0.5 -> 10.0.0.1 tcp/80", match.Blocked},
	} {
		content, err := os.ReadFile(filepath.Join(dir, c.file))
		if err != nil {
			t.Fatal(err)
		}
		doc, err := iptables.Parse(device.Input{Source: c.file, Content: content})
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
