package pf_test

import (
	"testing"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/parsetest"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/pf"
)

// No rule that translates is passed over in silence.
func TestUnreadTranslation(t *testing.T) {
	parsetest.UnreadTranslation(t, pf.Parse, `pass all
@@
`,
		"binat on em0 from 10.0.0.0/24 to any -> 203.0.113.9",
		"binat on em0 from { 10.0.0.9, 10.0.0.11 } to any -> 203.0.113.9",
		"binat on em0 from 10.0.0.9 to any -> (em0)",
		"binat on em0 from <gone> to any -> 203.0.113.9",
		"binat pass on em0 from 10.0.0.9 to any -> 203.0.113.9",
		"nat on em0 frobnicate from 10.0.0.9 to any -> 203.0.113.9",
		"nat on em0 from <gone> to any -> 203.0.113.9",
		"nat pass on em0 from 10.0.0.9 to any -> 203.0.113.9",
		"rdr on em0 proto tcp from any to any port 80 -> <servers>",
		"rdr on em0 proto tcp from any to any port 80 -> 10.0.0.1 port 8000:*",
		"rdr on em0 proto tcp from any to any port 80 -> 10.0.0.1 round-robin",
		"rdr on em0 proto tcp from any to any port 80",
		"nat-anchor x",
		"rdr-anchor x",
		"anchor x",
		"no binat on em0 from any to any",
		"match out on em0 from any to any nat-to (em0)",
		"pass in on em0 from any to any rdr-to 10.0.0.1",
		"pass on em0 from any to any binat-to 10.0.0.1",
		"pass in inet6 from any to any af-to inet from 10.0.0.1",
		"match out on em0 from any to any nat-to",
		"twist on em0 from any to any -> 10.0.0.1",
	)
}
