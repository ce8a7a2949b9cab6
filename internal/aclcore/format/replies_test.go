package format_test

import (
	"strings"
	"testing"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/parsetest"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/match"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
)

// TestRepliesPastRouter: replies meet the list of the other direction where one is
// applied, and none where none is.
func TestRepliesPastRouter(t *testing.T) {
	const ios = `version 15.2
hostname edge
interface GigabitEthernet0/0
 ip address 192.0.2.1 255.255.255.0
 ip access-group WEB in
 ip access-group BACK out
interface GigabitEthernet0/1
 ip address 10.1.0.1 255.255.255.0
 ip access-group ALONE in
interface GigabitEthernet0/2
 ip address 10.2.0.1 255.255.255.0
 ip access-group WEB in
interface GigabitEthernet0/3
 ip address 10.3.0.1 255.255.255.0
 ip access-group ALONE2 out
 ip access-group NOWHERE in
ip access-list extended WEB
 permit tcp any any eq 443
 permit udp any any eq 9202
ip access-list extended BACK
 permit tcp any eq 443 any established
ip access-list extended ALONE
 permit tcp any any eq 443
ip access-list extended ALONE2
 permit tcp any any eq 443
ip access-list extended UNUSED
 permit tcp any any eq 443
`
	const nxos = `!Command: show running-config
version 9.3(3)
hostname edge
interface Ethernet1/2
  ip address 192.0.2.5/30
  ip access-group IN in
  ip access-group OUT out
ip access-list IN
  10 deny udp 192.0.2.6/32 eq 9202 192.0.2.1/32
  20 permit ip any any
ip access-list OUT
  20 permit ip any any
`
	const xr = `!! IOS XR Configuration 6.1.3
hostname edge
interface GigabitEthernet0/0/0/0
 ipv4 address 192.0.2.1 255.255.255.0
 ipv4 access-group WEB ingress
 ipv4 access-group BACK egress
!
ipv4 access-list WEB
 10 permit tcp any any eq 443
!
ipv4 access-list BACK
 10 permit tcp any any eq 22
!
end
`
	const eos = `! device: edge (vEOS, EOS-4.21.1.1F)
hostname edge
interface Ethernet1
   ip address 192.0.2.1/24
   ip access-group WEB in
   ip access-group BACK out
!
ip access-list WEB
   10 permit tcp any any eq 443
!
ip access-list BACK
   10 permit tcp any eq 443 any
!
end
`
	for _, tt := range []struct {
		name, content, acl, flow string
		want                     match.Verdict
		// by has words of the deciding rule, or the reason.
		by string
	}{
		{"the list of the other direction", ios, "GigabitEthernet0/0 in", "198.51.100.7 -> 10.0.0.1 tcp/443", match.Allowed, ""},
		{"denied there", ios, "GigabitEthernet0/0 in", "198.51.100.7 -> 10.0.0.1 udp/9202", match.Blocked, "no rule matches"},
		{"no list of the other direction", ios, "ALONE", "10.1.0.9 -> 10.0.0.1 tcp/443", match.Allowed, ""},
		{"no other list at this interface", ios, "gigabitethernet0/2 in", "198.51.100.7 -> 10.0.0.1 udp/9202", match.Allowed, ""},
		{"several interfaces", ios, "WEB", "198.51.100.7 -> 10.0.0.1 tcp/443", match.Indeterminate, "several interfaces"},
		{"a list that is not defined", ios, "ALONE2", "10.3.0.9 -> 10.0.0.1 tcp/443", match.Allowed, ""},
		{"applied nowhere", ios, "UNUSED", "10.3.0.9 -> 10.0.0.1 tcp/443 from 1024-65535", match.Blocked, "no rule matches"},
		{"NX-OS", nxos, "Ethernet1/2 out", "192.0.2.1 -> 192.0.2.6 udp/9202", match.Blocked, "10 deny udp"},
		{"NX-OS, another port", nxos, "OUT", "192.0.2.1 -> 192.0.2.6 udp/9203", match.Allowed, ""},
		{"IOS XR", xr, "WEB", "198.51.100.7 -> 192.0.2.9 tcp/443 from 1024-65535", match.Blocked, "no rule matches"},
		{"EOS", eos, "WEB", "198.51.100.7 -> 192.0.2.9 tcp/443", match.Allowed, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			stateless := true
			rs, _, err := format.Parse([]byte(tt.content), format.Options{Source: "edge.cfg", ACL: tt.acl, Stateless: &stateless})
			if err != nil {
				t.Fatal(err)
			}
			f := match.Check([]match.Matcher{match.New(rs)}, match.Request{Region: parsetest.Region(t, tt.flow), Want: rule.Permit})
			if f.Verdict != tt.want {
				t.Fatalf("%s, want %s: %+v", f.Verdict, tt.want, f.Missing)
			}
			if tt.by != "" && (!f.Missing[0].Replies || !strings.Contains(f.Missing[0].By+f.Missing[0].Reason, tt.by)) {
				t.Errorf("missing %+v", f.Missing)
			}
		})
	}
}
