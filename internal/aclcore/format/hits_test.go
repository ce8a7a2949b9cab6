package format_test

import (
	"slices"
	"testing"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format"
)

func TestHits(t *testing.T) {
	for name, c := range map[string]struct {
		content, acl string
		want         []int64
	}{
		"cisco_asa": {"access-list A; 2 elements; name hash: 0x1\n" +
			"access-list A line 1 extended permit tcp any host 10.0.0.1 eq www (hitcnt=12) 0xa\n" +
			"access-list A line 2 extended permit tcp any host 10.0.0.1 eq 22 (hitcnt=0) 0xb\n", "A", []int64{12, 0}},
		"cisco_ios": {"Extended IP access list A\n    10 permit tcp any host 10.0.0.1 eq www (7 matches)\n    20 permit tcp any host 10.0.0.1 eq 22\n", "A", []int64{7, 0}},
		"iptables": {"*filter\n:INPUT DROP [1:2]\n:FORWARD DROP [0:0]\n:OUTPUT ACCEPT [0:0]\n" +
			"[5:300] -A INPUT -s 10.0.0.0/8 -p tcp -m tcp --dport 80 -j ACCEPT\n[0:0] -A INPUT -s 10.0.0.0/8 -p tcp -m tcp --dport 22 -j ACCEPT\nCOMMIT\n", "INPUT", []int64{5, 0}},
		"nftables": {"table ip f {\n chain input {\n  type filter hook input priority 0; policy drop;\n" +
			"  tcp dport 80 counter packets 3 bytes 180 accept\n  tcp dport 22 counter packets 0 bytes 0 accept\n }\n}\n", "", []int64{3, 0}},
		"checkpoint": {`{"objects-dictionary":[{"uid":"any","name":"Any","type":"CpmiAnyObject"},{"uid":"acc","name":"Accept","type":"RulebaseAction"}],
"name":"Network","uid":"l1","rulebase":[
{"uid":"r1","name":"a","type":"access-rule","enabled":true,"source":["any"],"destination":["any"],"service":["any"],"vpn":["any"],"content":["any"],"time":["any"],"install-on":["any"],"action":"acc",
 "hits":{"level":"low","percentage":"0%","value":17,"first-date":{"posix":1},"last-date":{"posix":2}}, "source-negate": false, "destination-negate": false, "service-negate": false},
{"uid":"r2","hits":{"value":0},"name":"b","type":"access-rule","enabled":true,"source":["any"],"destination":["any"],"service":["any"],"vpn":["any"],"content":["any"],"time":["any"],"install-on":["any"],"action":"acc", "source-negate": false, "destination-negate": false, "service-negate": false}
],"from":1,"to":2,"total":2}`, "", []int64{17, 0}},
	} {
		rs, _, err := format.Parse([]byte(c.content), format.Options{Source: "x", Format: name, ACL: c.acl})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		got := slices.DeleteFunc(format.Hits(name, []byte(c.content), rs.Rules), func(n int64) bool { return n < 0 })
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
	const configured = "access-list A extended permit tcp any host 10.0.0.1 eq 22\n"
	rs, _, err := format.Parse([]byte(configured), format.Options{Source: "x"})
	if err != nil || format.Hits("cisco_asa", []byte(configured), rs.Rules) != nil {
		t.Errorf("a configuration has no counters: %v", err)
	}
}
