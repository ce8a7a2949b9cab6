package iptables_test

import (
	"testing"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/iptables"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/parsetest"
)

// No rule of the nat table is passed over in silence.
func TestUnreadTranslation(t *testing.T) {
	const text = `*nat
:PREROUTING ACCEPT [0:0]
:POSTROUTING ACCEPT [0:0]
-A PREROUTING -d 203.0.113.9/32 -j DNAT --to-destination 10.0.0.9
@@
COMMIT
*filter
:FORWARD DROP [0:0]
COMMIT
`
	parsetest.UnreadTranslation(t, iptables.Parse, text,
		"-A PREROUTING -j DNAT --to-destination somewhere",
		"-A PREROUTING -j DNAT --to-elsewhere 10.0.0.1",
		"-A PREROUTING -j DNAT",
		"-A PREROUTING -p tcp -j DNAT --to-destination 10.0.0.1:0",
		"-A PREROUTING -p tcp -j DNAT --to-destination 10.0.0.1:80:81",
		"-A PREROUTING -j DNAT --to-destination 10.0.0.1 --to-destination 10.0.0.2",
		"-A PREROUTING -j MAGIC --to 10.0.0.1",
		"-A PREROUTING -m frobnicate --yes -j DNAT --to-destination 10.0.0.1",
		"-A PREROUTING -d gateway -j DNAT --to-destination 10.0.0.1",
		"-A PREROUTING -j REDIRECT",
		"-A PREROUTING -j NETMAP --to 10.0.0.0/255.0.255.0",
		"-A PREROUTING -j MISSING",
		"-A PREROUTING -j NFQUEUE",
		"-A PREROUTING -j DROP",
		"-A POSTROUTING -j SAME --to 10.0.0.1",
		"-A POSTROUTING -j SNAT --to-source gateway",
		"-A POSTROUTING -j MASQUERADE --to-ports many",
		"-A POSTROUTING -j MASQUERADE --twice",
		"-A POSTROUTING -j DNAT --to-destination 10.0.0.1",
		"-A PREROUTING -j SNAT --to-source 10.0.0.1",
		"-A POSTROUTING -m mark --mark 7 -j MASQUERADE",
	)
}
