package junos_test

import (
	"testing"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/junos"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/parsetest"
)

// No statement of address translation is passed over in silence.
func TestUnreadTranslation(t *testing.T) {
	const text = `set security policies from-zone untrust to-zone trust policy all match source-address any destination-address any application any
set security policies from-zone untrust to-zone trust policy all then permit
set security nat source pool p address 203.0.113.20/32
set security nat destination pool d address 10.0.0.5/32
set security nat destination rule-set de from zone untrust
@@
set security nat destination rule-set de rule a match destination-address 203.0.113.5/32
set security nat destination rule-set de rule a then destination-nat pool d
`
	parsetest.UnreadTranslation(t, junos.Parse, text,
		"set security nat destination rule-set de rule a match application junos-http",
		"set security nat destination rule-set de rule a match frobnicate yes",
		"set security nat destination rule-set de rule a match destination-port high",
		"set security nat destination rule-set de rule a match destination-address-name gone",
		"set security nat destination rule-set de rule a match protocol 47",
		"set security nat destination rule-set de rule a frobnicate yes",
		"set security nat destination rule-set de rule a then destination-nat pool gone",
		"set security nat destination rule-set de rule b then destination-nat magic",
		"set security nat destination rule-set xx rule b then destination-nat pool d",
		"set security nat source rule-set so rule b then source-nat pool p",
		"set security nat source rule-set so rule b then source-nat pool gone persistent-nat permit any-remote-host",
		"set security nat static rule-set st rule b then static-nat inet",
		"set security nat static rule-set st rule b then static-nat prefix 10.0.0.0/24",
		"set security nat natv6v4 no-v6-frag-header",
		"set security nat frobnicate yes",
	)
}
