package ios_test

import (
	"testing"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/device"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/ios"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/parsetest"
)

// No command that translates is passed over in silence.
func TestUnreadTranslation(t *testing.T) {
	parse := func(in device.Input) (*device.Document, error) { return ios.Parse(ios.IOS, in) }
	parsetest.UnreadTranslation(t, parse, `hostname r1
interface GigabitEthernet0/0
 ip address 203.0.113.1 255.255.255.0
 ip nat outside
interface GigabitEthernet0/1
 ip address 10.0.0.1 255.255.255.0
 ip nat inside
access-list 1 permit 10.0.0.0 0.0.0.255
@@
`,
		"ip nat inside source static 10.0.0.5",
		"ip nat inside source static gateway 203.0.113.5",
		"ip nat inside source static 10.0.0.5 203.0.113.5 sometimes",
		"ip nat inside source static 10.0.0.5 203.0.113.5 route-map RM",
		"ip nat inside source static 10.0.0.5 203.0.113.5 vrf RED match-in-vrf",
		"ip nat inside source static tcp 10.0.0.5 www 203.0.113.5 80",
		"ip nat inside source static esp 10.0.0.5 interface GigabitEthernet0/0",
		"ip nat inside source static network 10.0.0.0 203.0.113.0 255.0.255.0",
		"ip nat inside source static tcp 10.0.0.5 80 interface Dialer1 80",
		"ip nat inside source route-map RM interface GigabitEthernet0/0 overload",
		"ip nat inside source list 7 interface GigabitEthernet0/0 overload",
		"ip nat inside source list 1 interface GigabitEthernet0/0 overload vrf RED",
		"ip nat inside source mirror 1",
		"ip nat inside destination list 1 pool P",
		"ip nat source static 10.0.0.5 203.0.113.5",
		"ip nat frobnicate",
		"ipv6 nat v6v4 source list X pool P",
		"no ip nat inside source static 10.0.0.9 203.0.113.9",
		"interface GigabitEthernet0/2\n ip nat source static 10.0.0.5 203.0.113.5",
		"interface GigabitEthernet0/2\n ip nat enable",
	)
}
