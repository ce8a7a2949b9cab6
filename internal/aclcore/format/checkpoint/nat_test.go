package checkpoint_test

import (
	"strings"
	"testing"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/checkpoint"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/parsetest"
)

// No part of a rule of address translation is passed over in silence.
func TestUnreadTranslation(t *testing.T) {
	const (
		anything = `"97aeb369-9aea-11d5-bd16-0090272ccb30"`
		original = `"85c0f50f-6d8a-4528-88ab-5fb11d8fe16c"`
		plain    = `{"uid": "n", "type": "nat-rule", "enabled": true, "original-source": ` + anything + `, "original-destination": ` + anything +
			`, "original-service": ` + anything + `, "translated-source": ` + original + `, "translated-destination": ` + original +
			`, "translated-service": ` + original + `, "method": "static"}`
	)
	with := func(from, to string) string { return strings.Replace(plain, from, to, 1) }
	parsetest.UnreadTranslation(t, checkpoint.Parse, `[
{"uid": "l", "name": "Network", "rulebase": [{"uid": "r1", "type": "access-rule", "enabled": true, "source": [`+anything+`], "destination": [`+anything+`], "service": [`+anything+`], "action": "a", "source-negate": false, "destination-negate": false, "service-negate": false, "vpn": ["97aeb369-9aea-11d5-bd16-0090272ccb30"], "time": ["97aeb369-9aea-11d5-bd16-0090272ccb30"], "install-on": ["Policy Targets"]}]},
{"uid": "a", "name": "Accept", "type": "RulebaseAction"},
{"uid": "nat", "rulebase": [
@@
]}
]`,
		with(`"translated-source": `+original, `"translated-source": "gone"`),
		with(`"translated-destination": `+original, `"translated-destination": "gone"`),
		with(`"translated-service": `+original, `"translated-service": "gone"`),
		with(`"original-source": `+anything, `"original-source": "gone"`),
		with(`"original-service": `+anything, `"original-service": "gone"`),
		with(`"translated-source": `+original+`, `, ``),
		with(`"translated-service": `+original+`, `, ``),
		with(`"original-destination": `+anything+`, `, ``),
		with(`"method": "static"`, `"method": "cgnat"`),
		with(`"method"`, `"frobnicate": "yes", "method"`),
		with(`"method"`, `"install-on": ["gw"], "method"`),
		`{"uid": "n", "type": "nat-rule", "translated-source": "x"}`,
	)
}
