package fortios

import (
	"slices"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/known"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/tree"
)

// matched are settings of a policy that are read elsewhere.
var matched = words(`name status action srcintf dstintf srcaddr dstaddr srcaddr6 dstaddr6 service schedule groups users fsso-groups
	srcaddr-negate dstaddr-negate srcaddr6-negate dstaddr6-negate service-negate match-vip match-vip-only`)

// harmless are settings that do not change which packets a policy matches: what is
// written down of them, how they are translated and shaped, and what inspects their
// content after the policy has accepted them.
var harmless = words(`uuid uuid-idx comments comment label global-label custom-log-fields logtraffic logtraffic-start capture-packet
	nat nat46 nat64 natip ippool poolname poolname6 fixedport permit-any-host permit-stun-host cgn-eif cgn-eim cgn-log-server-grp cgn-resource-quota
	cgn-session-quota utm-status inspection-mode profile-type profile-group profile-protocol-options ssl-ssh-profile av-profile
	webfilter-profile dnsfilter-profile emailfilter-profile spamfilter-profile dlp-profile dlp-sensor file-filter-profile ips-sensor
	ips-voip-filter application-list voip-profile icap-profile waf-profile ssh-filter-profile videofilter-profile casb-profile
	virtual-patch-profile sctp-filter-profile cifs-profile mms-profile gtp-profile diameter-filter-profile telemetry-profile traffic-shaper
	traffic-shaper-reverse per-ip-shaper auto-asic-offload np-acceleration policy-offload session-ttl tcp-mss-sender tcp-mss-receiver
	tcp-session-without-syn anti-replay timeout-send-rst send-deny-packet diffserv-forward diffserv-reverse diffserv-copy
	diffservcode-forward diffservcode-rev vlan-cos-fwd vlan-cos-rev delay-tcp-npu-session replacemsg-override-group block-notification
	decrypted-traffic-mirror passive-wan-health-measurement schedule-timeout firewall-session-dirty webcache webcache-https wccp
	wanopt wanopt-detection wanopt-profile wanopt-peer wanopt-passive-opt wsso fec auth-cert auth-path auth-redirect-addr dsri best-route
	http-policy-redirect ssh-policy-redirect ztna-policy-redirect radius-mac-auth-bypass redirect-url webproxy-forward-server
	webproxy-profile deep-inspection-options email-collect identity-based-route log-unmatched-traffic match-vendor-mac captive-portal-exempt
	dynamic-shaping app-monitor app-group application-charts per-ip-shaper-status port-preserve port-random tcp-timeout-pid udp-timeout-pid
	eif-check eif-learn pcp-inbound pcp-outbound pcp-poolname policy-expiry-date policy-expiry-date-utc`)

// conditions puts the policy in doubt for what only the firewall can decide.
func (v *vdom) conditions(p *policy) {
	n := p.node
	for _, s := range []string{"groups", "users", "fsso-groups"} {
		p.Users = append(p.Users, values(n, s)...)
	}
	schedule := value(n, "schedule")
	if schedule != "" && schedule != "always" && !v.isAlways(schedule) {
		p.Doubt("schedule %s", schedule)
	}
	if value(n, "policy-expiry") == "enable" {
		p.Doubt("the policy expires")
	}
	p.Unknown = known.Reasons(p.Unknown, n.Why())
	for _, s := range n.Others(slices.Concat(matched, harmless)...) {
		switch {
		case strings.HasPrefix(s.Word, unreadMark):
			p.Doubt("a line is not read: %s", strings.TrimPrefix(s.Word, unreadMark))
		case !isOff(s.Values):
			p.Doubt("%s", s)
		}
	}
}

// isAlways reports whether a recurring schedule holds on every day at every hour.
func (v *vdom) isAlways(name string) bool {
	n := v.root.Get("firewall", "schedule", "recurring", name)
	return n != nil && len(values(n, "day")) == 7 && allDay(n) && len(n.Others("day", "start", "end", "color", "uuid", "fabric-object")) == 0
}

func allDay(n *tree.Node) bool {
	return slices.Contains([]string{"", "00:00"}, value(n, "start")) && slices.Contains([]string{"", "00:00"}, value(n, "end"))
}
