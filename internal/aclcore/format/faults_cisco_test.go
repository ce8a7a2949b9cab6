package format_test

import (
	"os"
	"strings"
	"testing"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/change"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/parsetest"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/match"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/testshared"
)

// TestCiscoFaults answers questions about texts of Cisco devices that were once read
// wrongly, with their formats detected.
func TestCiscoFaults(t *testing.T) {
	const dir = "faults"
	for _, tt := range []struct{ file, format, acl, question, want string }{
		{"03-ios-group-host-bits.cfg", "cisco_ios", "GROUP", "10.1.0.7 -> 10.9.9.9 tcp/443", "allowed"},
		{"03-ios-group-host-bits.cfg", "cisco_ios", "GROUP", "10.1.2.7 -> 10.9.9.9 tcp/443", "blocked"},
		{"04_fqdn_list_skipped.cfg", "cisco_ios", "FACL", "10.0.0.1 -> 203.0.113.1 tcp/443", "indeterminate"},
		{"04-asa-no-description.cfg", "cisco_asa", "A", "10.1.2.3 -> 10.9.9.9 tcp/443", "allowed"},
		{"05-asa-no-remark.cfg", "cisco_asa", "A", "10.1.1.1,10.1.1.2 -> 10.9.9.9 tcp/443", "allowed"},
		{"08-nxos-no-mask.cfg", "cisco_nxos", "A", "10.1.0.5 -> 10.9.9.9 tcp/443", "allowed"},
		{"08-nxos-no-mask.cfg", "cisco_nxos", "A", "10.1.0.5 -> 10.9.9.9 tcp/80", "blocked"},
		{"08-nxos-no-mask.cfg", "cisco_nxos", "A", "192.0.2.7 -> 10.9.9.9 tcp/80", "indeterminate"},
		{"09_refused_nxos_ipv4_acl.cfg", "cisco_nxos", "mgmt-in", "10.1.1.39 -> 10.9.9.9 tcp/22", "allowed"},
		{"09-xr-common-and-nexthop.cfg", "cisco_xr", "ABF", "10.9.9.9 -> 10.0.1.1 tcp/22", "allowed"},
		{"09-xr-common-and-nexthop.cfg", "cisco_xr", "GigabitEthernet0/0/0/1 in", "10.9.9.9 -> 10.0.1.1 tcp/22", "allowed"},
		{"20_detection_ios_portgroup.cfg", "cisco_ios", "NFS", "10.0.0.1 -> 172.17.111.16 tcp/111,udp/4046", "allowed"},
		{"20_detection_ios_portgroup.cfg", "cisco_ios", "NFS", "10.0.0.1 -> 172.17.111.16 tcp/80", "blocked"},
	} {
		rs, _, err := format.Parse(read(t, dir, tt.file), format.Options{Source: tt.file, ACL: tt.acl})
		if err != nil {
			t.Errorf("%s: %v", tt.file, err)
			continue
		}
		f := match.Check([]match.Matcher{match.New(rs)}, match.Request{Region: parsetest.Region(t, tt.question), Want: rule.Permit})
		if rs.Format != tt.format || f.Verdict.String() != tt.want {
			t.Errorf("%s, read as %s: %s is %s, want %s", tt.file, rs.Format, tt.question, f.Verdict, tt.want)
		}
	}
}

// TestChangeWithoutSourcePorts: the gap beside entries for replies is one entry.
func TestChangeWithoutSourcePorts(t *testing.T) {
	rs, _, err := format.Parse(read(t, "faults", "07_change_source_ports.cfg"), format.Options{Source: "x", ACL: "OUTSIDE-IN"})
	if err != nil {
		t.Fatal(err)
	}
	q := match.Request{Region: parsetest.Region(t, "198.51.100.7 -> 10.0.0.5 tcp/8443"), Want: rule.Permit}
	path := []match.Matcher{match.New(rs)}
	plan := change.For(path, q, match.Check(path, q), 0, change.Options{})
	if len(plan.Rules) != 1 {
		t.Fatalf("%v", plan.Rules)
	}
	f, _ := format.Lookup(rs.Format)
	text, err := f.Write("OUTSIDE-IN", rule.Insertion{Base: rs, Before: plan.Rules[0].Before, Rules: []rule.Rule{plan.Rules[0].Rule}})
	if err != nil || strings.Count(text, "permit") != 1 || !strings.Contains(text, "permit tcp host 198.51.100.7 host 10.0.0.5 eq 8443") {
		t.Errorf("%v\n%s", err, text)
	}
}

func read(t *testing.T, dir, name string) []byte {
	t.Helper()
	content, err := os.ReadFile(testshared.Dir(t, "reference", dir, name))
	if err != nil {
		t.Fatal(err)
	}
	return content
}

// TestDetectNXOSJSON: lists as JSON are not taken for a rule list, with or without the
// prompt.
func TestDetectNXOSJSON(t *testing.T) {
	const list = `{"TABLE_ip_ipv6_mac": {"ROW_ip_ipv6_mac": {"op_ip_ipv6_mac": "ip", "acl_name": "A", "TABLE_seqno": {"ROW_seqno":
 {"seqno": "10", "permitdeny": "permit", "proto_str": "tcp", "src_any": "any", "dest_any": "any", "dest_port_op": "eq", "dest_port1_num": "22"}}}}}`
	for _, text := range []string{list, "switch# show access-lists | json\n" + list + "\n", `{"ins_api": {"outputs": {"output": {"body": ` + list + `, "code": "200"}}}}`} {
		doc, err := format.Document([]byte(text), "x", "", "")
		if err != nil {
			t.Errorf("%v\n%s", err, text)
			continue
		}
		if doc.Format != "cisco_nxos" || len(doc.Lists) != 1 || doc.Lists[0].Rules[0].Traffic.Services.String() != "tcp/22" {
			t.Errorf("read as %s, %+v\n%s", doc.Format, doc.Lists, text)
		}
	}
}

// TestChangeBesideOneLine: entries that stand in one line of JSON are told apart, and a
// line that is two rules is one entry.
func TestChangeBesideOneLine(t *testing.T) {
	for _, tt := range []struct{ text, want string }{
		{
			`{"TABLE_ip_ipv6_mac": {"ROW_ip_ipv6_mac": {"op_ip_ipv6_mac": "ip", "acl_name": "A", "TABLE_seqno": {"ROW_seqno": [` +
				`{"seqno": "10", "permitdeny": "permit", "proto_str": "tcp", "src_any": "any", "dest_any": "any", "dest_port_op": "eq", "dest_port1_num": "22"},` +
				`{"seqno": "20", "permitdeny": "deny", "ip": "ip", "src_any": "any", "dest_any": "any"}]}}}}`,
			"ip access-list A\n 15 permit tcp host 10.0.0.1 host 10.0.0.2 eq 80",
		},
		{
			"hostname r\nobject-group network G\n host 10.9.9.9\n host somewhere\nip access-list extended A\n 10 permit tcp any any eq 22\n 20 deny ip object-group G any\n 30 deny ip any any\n",
			"ip access-list extended A\n 15 permit tcp host 10.0.0.1 host 10.0.0.2 eq 80",
		},
	} {
		rs, _, err := format.Parse([]byte(tt.text), format.Options{Source: "x", ACL: "A"})
		if err != nil {
			t.Fatal(err)
		}
		q := match.Request{Region: parsetest.Region(t, "10.0.0.1 -> 10.0.0.2 tcp/80"), Want: rule.Permit}
		path := []match.Matcher{match.New(rs)}
		plan := change.For(path, q, match.Check(path, q), 0, change.Options{OverrideDeny: true})
		f, _ := format.Lookup(rs.Format)
		text, err := f.Write("A", rule.Insertion{Base: rs, Before: plan.Rules[0].Before, Rules: []rule.Rule{plan.Rules[0].Rule}})
		if err != nil || text != tt.want {
			t.Errorf("%v\n%s\nwant\n%s", err, text, tt.want)
		}
	}
}
