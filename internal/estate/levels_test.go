package estate

import (
	"fmt"
	"testing"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/match"
)

// An ASA that applies no list decides by security levels. A list that it does not apply
// filters nothing, and never permits what the levels deny.
func TestWayBySecurityLevels(t *testing.T) {
	const (
		permit = "access-list L extended permit ip any any\n"
		tunnel = permit + "crypto map M 1 match address L\ncrypto map M interface b\n"
		inter  = "same-security-traffic permit inter-interface\n"
		intra  = "same-security-traffic permit intra-interface\n"
	)
	for name, tt := range map[string]struct {
		from, to int
		text     string
		want     match.Verdict
	}{
		"to a lower level":                      {100, 0, "", match.Allowed},
		"to a higher level":                     {0, 100, "", match.Blocked},
		"to the same level":                     {50, 50, "", match.Blocked},
		"to the same level, by intra-interface": {50, 50, intra, match.Blocked},
		"to the same level, by inter-interface": {50, 50, inter, match.Allowed},
		"taken back":                            {50, 50, inter + "no " + inter, match.Blocked},
		"list of a tunnel, to a higher level":   {0, 100, tunnel, match.Blocked},
		"list of a tunnel, to the same level":   {50, 50, tunnel, match.Blocked},
		"list of a tunnel, to a lower level":    {100, 0, tunnel, match.Indeterminate},
		"list applied, to a higher level":       {0, 100, permit + "access-group L in interface a\n", match.Allowed},
		"list applied, to the same level":       {50, 50, permit + "access-group L in interface a\n", match.Blocked},
		"list on the way out, to a higher":      {0, 100, permit + "access-group L out interface b\n", match.Blocked},
		"list applied to the other interface":   {0, 100, permit + "access-group L in interface b\n", match.Blocked},
		"list applied and not in the text":      {100, 0, "access-group L in interface a\n", match.Indeterminate},
		"global list that is not in the text":   {100, 0, "access-group L global\n", match.Indeterminate},
	} {
		t.Run(name, func(t *testing.T) {
			text := fmt.Sprintf("ASA Version 9.16\ninterface GigabitEthernet0/0\n nameif a\n security-level %d\n ip address 10.1.0.1 255.255.0.0\n"+
				"interface GigabitEthernet0/1\n nameif b\n security-level %d\n ip address 10.3.0.1 255.255.0.0\n%s", tt.from, tt.to, tt.text)
			found, err := New(Config{
				Zones:   map[string][]string{"users": {"10.1.0.0/16"}, "servers": {"10.3.0.0/16"}},
				Devices: map[string]DeviceConfig{"edge": {Content: text, Interfaces: map[string]string{"a": "users", "b": "servers"}}},
			}).Match(t.Context(), web())
			if err != nil || found.Status != tt.want {
				t.Errorf("%s, want %s, %v: %s", found.Status, tt.want, err, found.Summary)
			}
		})
	}
}
