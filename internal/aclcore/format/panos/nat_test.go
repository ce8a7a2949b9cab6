package panos_test

import (
	"testing"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/parsetest"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/panos"
)

// No setting of a rule of address translation is passed over in silence.
func TestUnreadTranslation(t *testing.T) {
	parsetest.UnreadTranslation(t, panos.Parse, `set zone untrust network layer3 ethernet1/1
@@
set rulebase nat rules in from untrust to untrust source any destination 203.0.113.9 service any
set rulebase security rules web from any to any source any destination any application any service any action allow
`,
		"set rulebase nat rules in destination-translation translated-address gone",
		"set rulebase nat rules in destination-translation translated-port 0",
		"set rulebase nat rules in destination-translation distribution round-robin",
		"set rulebase nat rules in dynamic-destination-translation translated-address 10.0.0.1",
		"set rulebase nat rules in source-translation static-ip translated-address gone",
		"set rulebase nat rules in source-translation static-ip frobnicate yes",
		"set rulebase nat rules in source-translation persistent-dynamic-ip-and-port translated-address 10.0.0.1",
		"set rulebase nat rules in source-translation dynamic-ip-and-port frobnicate yes",
		"set rulebase nat rules in nat-type nptv6",
		"set rulebase nat rules in to-interface ethernet1/1",
		"set rulebase nat rules in target devices 0123456789",
		"set rulebase nat rules in active-active-device-binding primary",
		"set rulebase nat rules in frobnicate yes",
	)
}
