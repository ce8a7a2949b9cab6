package fortios_test

import (
	"testing"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/fortios"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/parsetest"
)

// No setting of a virtual IP is passed over in silence.
func TestUnreadTranslation(t *testing.T) {
	vip := func(settings string) string { return "edit \"x\"\n" + settings + "\nnext" }
	parsetest.UnreadTranslation(t, fortios.Parse, `config firewall vip
    @@
end
config firewall policy
    edit 1
        set srcintf "any"
        set dstintf "any"
        set srcaddr "all"
        set dstaddr "all"
        set action accept
        set schedule "always"
        set service "ALL"
    next
end
`,
		vip("set extip 203.0.113.5\nset extintf \"any\"\nset mappedip \"10.0.0.5\"\nset type server-load-balance"),
		vip("set extip 203.0.113.5\nset extintf \"any\"\nset mappedip \"10.0.0.5\"\nset src-filter somewhere"),
		vip("set extip 203.0.113.5\nset extintf \"any\"\nset mappedip \"10.0.0.5\"\nset service \"gone\""),
		vip("set extip 203.0.113.5\nset extintf \"any\"\nset mappedip \"10.0.0.5\"\nset srcintf-filter \"port9\""),
		vip("set extip 203.0.113.5\nset extintf \"any\"\nset mappedip \"10.0.0.5\"\nset nat44 disable"),
		vip("set extip 203.0.113.5\nset extintf \"any\"\nset mapped-addr \"www\""),
		vip("set extaddr \"pub\"\nset extintf \"any\"\nset mappedip \"10.0.0.5\""),
		vip("set extip 203.0.113.0-203.0.113.9\nset extintf \"any\"\nset mappedip \"10.0.0.5-10.0.0.6\""),
		vip("set extip 203.0.113.5\nset extintf \"any\"\nset mappedip \"10.0.0.5\"\nset portforward enable\nset extport 80-90\nset mappedport 8080-8085"),
		vip("set extip 203.0.113.5\nset extintf \"any\"\nset mappedip \"10.0.0.5\"\nset portforward enable\nset protocol icmp\nset extport 80\nset mappedport 80"),
	)
	parsetest.UnreadTranslation(t, fortios.Parse, `config system settings
    set central-nat enable
end
config firewall central-snat-map
    @@
end
config firewall policy
    edit 1
        set srcintf "any"
        set dstintf "any"
        set srcaddr "all"
        set dstaddr "all"
        set action accept
        set schedule "always"
        set service "ALL"
    next
end
`, "edit 1\nset orig-addr \"all\"\nset nat-ippool \"p\"\nnext")
}
