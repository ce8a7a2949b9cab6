package nftables_test

import (
	"testing"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/parsetest"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/nftables"
)

// No rule that translates is passed over in silence.
func TestUnreadTranslation(t *testing.T) {
	parsetest.UnreadTranslation(t, nftables.Parse, `table ip nat {
	chain pre {
		type nat hook prerouting priority dstnat; policy accept;
		@@
	}
}
`,
		"dnat to somewhere",
		"dnat to 10.0.0.1 oddly",
		"dnat to ip saddr map @m",
		"dnat ip to tcp dport map { 80 : 10.0.0.1 . 8080 }",
		"dnat to 10.0.0.1:0",
		"dnat ip prefix to ip daddr map { 10.0.0.0/24 : 10.1.0.0/24 }",
		"dnat ip prefix to 10.0.0.1-10.0.0.3",
		"dnat 10.0.0.1",
		"redirect",
		"snat to 10.0.0.1",
		"meta mark 7 dnat to 10.0.0.1",
		"frobnicate dnat to 10.0.0.1",
		"transmogrify to 10.0.0.1",
		"queue",
		"drop",
		"xt target DNAT",
	)
	parsetest.UnreadTranslation(t, nftables.Parse, `table ip nat {
	chain post {
		type nat hook postrouting priority srcnat; policy accept;
		@@
	}
}
`,
		"snat to somewhere", "snat to 10.0.0.1 oddly", "snat to :0", "masquerade to 10.0.0.1", "masquerade twice", "masquerade to :9-8",
		"dnat to 10.0.0.1", "snat ip to ip saddr map { 10.0.0.1 : 203.0.113.1 }", "xt target SNAT", "xt target MASQUERADE",
	)
}
