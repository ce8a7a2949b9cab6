package fortios

import (
	"slices"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/known"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/tree"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
)

// matched are settings of a policy that are read elsewhere.
var matched = words(`name status action srcintf dstintf srcaddr dstaddr srcaddr6 dstaddr6 service schedule groups users fsso-groups
	srcaddr-negate dstaddr-negate srcaddr6-negate dstaddr6-negate service-negate match-vip match-vip-only policy-expiry`)

// switches are settings that are enable or disable, and that change what a policy matches.
var switches = words(`status srcaddr-negate dstaddr-negate srcaddr6-negate dstaddr6-negate service-negate match-vip match-vip-only`)

// narrowing are settings by which a policy matches less than without them, or hands what it
// matches to a proxy that may block it. Any other that is not known may make it match more:
// internet-service takes the place of the addresses.
var narrowing = words(`tos tos-mask tos-negate vlan-filter devices fsso fsso-agent-for-ntlm ntlm ntlm-guest rsso src-vendor-mac vpntunnel sgt sgt-check rtp-nat rtp-addr interface
	http-policy-redirect ssh-policy-redirect ztna-policy-redirect`)

// harmless are settings that do not change which packets a policy matches: what is
// written down of them, how they are translated and shaped, and what inspects their
// content after the policy has accepted them.
var harmless = words(`uuid uuid-idx comments comment label global-label custom-log-fields logtraffic logtraffic-start capture-packet
	nat natip ippool poolname poolname6 fixedport permit-any-host permit-stun-host cgn-eif cgn-eim cgn-log-server-grp cgn-resource-quota
	cgn-session-quota utm-status inspection-mode profile-type profile-group profile-protocol-options ssl-ssh-profile av-profile
	webfilter-profile dnsfilter-profile emailfilter-profile spamfilter-profile dlp-profile dlp-sensor file-filter-profile ips-sensor
	ips-voip-filter application-list voip-profile icap-profile waf-profile ssh-filter-profile videofilter-profile casb-profile
	virtual-patch-profile sctp-filter-profile cifs-profile mms-profile gtp-profile diameter-filter-profile telemetry-profile traffic-shaper
	traffic-shaper-reverse per-ip-shaper auto-asic-offload np-acceleration policy-offload session-ttl tcp-mss-sender tcp-mss-receiver
	tcp-session-without-syn anti-replay timeout-send-rst send-deny-packet diffserv-forward diffserv-reverse diffserv-copy
	diffservcode-forward diffservcode-rev vlan-cos-fwd vlan-cos-rev delay-tcp-npu-session replacemsg-override-group block-notification
	decrypted-traffic-mirror passive-wan-health-measurement schedule-timeout firewall-session-dirty webcache webcache-https wccp
	wanopt wanopt-detection wanopt-profile wanopt-peer wanopt-passive-opt wsso fec auth-cert auth-path auth-redirect-addr dsri best-route
	radius-mac-auth-bypass redirect-url webproxy-forward-server
	webproxy-profile deep-inspection-options email-collect identity-based-route log-unmatched-traffic match-vendor-mac captive-portal-exempt
	dynamic-shaping app-monitor application-charts per-ip-shaper-status port-preserve port-random tcp-timeout-pid udp-timeout-pid
	eif-check eif-learn pcp-inbound pcp-outbound pcp-poolname policy-expiry-date policy-expiry-date-utc`)

// What a policy may match at most: what it says, or with settings that take the place of
// others, anything from its sources, or anything.
const (
	asSaid = iota
	fromSources
	anything
)

// isKnown reports whether a setting is read elsewhere or changes nothing.
var isKnown = tree.Known(matched, harmless)

// conditions puts the policy in doubt for what only the firewall can decide. reach says
// whether a setting may make the policy match more than it says.
func (v *vdom) conditions(p *policy) (reach int) {
	n := p.node
	for _, s := range []string{"groups", "users", "fsso-groups"} {
		for _, name := range values(n, s) {
			p.Users = append(append(p.Users, name), values(v.root.Get("user", "group", name), "member")...)
		}
	}
	switch schedule := shown(values(n, "schedule")); {
	case schedule == "" && p.Action == rule.Permit:
		p.Doubt("schedule is not set")
	case schedule != "" && !v.isAlways(schedule):
		p.Doubt("schedule %s", schedule)
	}
	for _, s := range switches {
		if n.Get(s) != nil && value(n, s) != "enable" && value(n, s) != "disable" {
			p.Doubt("%s is neither enable nor disable", s)
			reach = anything
		}
	}
	if value(n, "policy-expiry") == "enable" {
		p.Doubt("the policy expires")
	}
	p.Unknown = known.Reasons(p.Unknown, n.Why())
	for _, s := range n.Besides(isKnown) {
		switch {
		case strings.HasPrefix(s.Word, unreadMark):
			p.DoubtAction("a line is not read: %s", strings.TrimPrefix(s.Word, unreadMark))
			reach = anything
		case !isOff(s.Values) || len(s.Nodes) > 0:
			p.Doubt("%s", s)
			reach = max(reach, reachOf(s.Word))
		}
	}
	return reach
}

// reachOf returns what a policy with the setting, which is not read, may match at most.
func reachOf(setting string) int {
	switch {
	case slices.Contains(narrowing, setting):
		return asSaid
	case strings.HasPrefix(setting, "internet-service") && !strings.Contains(setting, "src"):
		return fromSources
	}
	return anything
}

// isAlways reports whether a schedule holds on every day at every hour: a recurring one, or
// the one called always that is in every firewall and that the text may change.
func (v *vdom) isAlways(name string) bool {
	schedules := v.root.Get("firewall", "schedule")
	n := schedules.Get("recurring", name)
	if n == nil {
		return name == "always" && schedules.Get("onetime", name) == nil
	}
	days := slices.Clone(values(n, "day"))
	slices.Sort(days)
	return len(slices.Compact(days)) == 7 && allDay(n) && len(n.Others("day", "start", "end", "color", "uuid", "fabric-object")) == 0
}

func allDay(n *tree.Node) bool {
	return slices.Contains([]string{"", "00:00"}, value(n, "start")) && slices.Contains([]string{"", "00:00"}, value(n, "end"))
}
