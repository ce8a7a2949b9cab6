package asa_test

import (
	"strings"
	"testing"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/device"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/asa"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
)

// TestWriteForRelease writes what the release that the text names takes, and tells what
// it does not.
func TestWriteForRelease(t *testing.T) {
	prefixes := "access-list o line 1 extended permit tcp host 10.0.0.1 any eq 80\n" +
		"access-list o line 2 extended permit tcp 10.0.0.2 255.255.255.254 any eq 80\n" +
		"access-list o line 3 extended permit tcp 10.0.0.4 255.255.255.254 any eq 80"
	for _, tt := range []struct{ version, rules, want, err string }{
		{"ASA Version 8.4(2)", "permit 2001:db8::1 2001:db8::2 tcp/443", "", "release 8.4 keeps IPv6 in lists of its own, which are not written"},
		{"ASA Version 8.4(2)", "permit any any tcp/443", "", "release 8.4 keeps IPv6 in lists of its own, which are not written"},
		{"ASA Version 8.4(2)", "permit 10.0.0.1 10.0.1.10 icmp/3/4", "", "release 8.4 takes types of ICMP and no codes; declare the whole type"},
		{"ASA Version 8.4(2)", "permit 10.0.0.1 10.0.1.10 icmp/3", "access-list o line 1 extended permit icmp host 10.0.0.1 host 10.0.1.10 3", ""},
		{"ASA Version 8.4(2)", "permit 10.0.0.1 10.0.1.10 sctp/5", "", "release 8.4 knows no ports of SCTP; declare all of it"},
		{"ASA Version 9.1(7)", "permit 10.0.0.1 10.0.1.10 sctp/5", "", "release 9.1 knows no ports of SCTP; declare all of it"},
		{"ASA Version 9.16(4)", "permit 10.0.0.1 10.0.1.10 sctp/5", "access-list o line 1 extended permit sctp host 10.0.0.1 host 10.0.1.10 eq 5", ""},
		{"ASA Version 8.4(2)", "permit 0.0.0.0/0 0.0.0.0/0 tcp/443", "access-list o line 1 extended permit tcp any any eq 443", ""},
		{"ASA Version 8.4(2)", "permit 10.0.0.1-10.0.0.5 0.0.0.0/0 tcp/80", "object network acl-range-N\n range 10.0.0.1 10.0.0.5\naccess-list o line 1 extended permit tcp object acl-range-N any eq 80", ""},
		{"ASA Version 8.2(5)", "permit 10.0.0.1-10.0.0.5 0.0.0.0/0 tcp/80", prefixes, ""},
		{
			"PIX Version 7.2(1)", "permit 10.0.0.1 10.0.0.2 tcp/1,tcp/3,udp/5,udp/7,udp/9",
			"access-list o line 1 extended permit tcp host 10.0.0.1 host 10.0.0.2 eq 1\n" +
				"access-list o line 2 extended permit tcp host 10.0.0.1 host 10.0.0.2 eq 3\n" +
				"access-list o line 3 extended permit udp host 10.0.0.1 host 10.0.0.2 eq 5\n" +
				"access-list o line 4 extended permit udp host 10.0.0.1 host 10.0.0.2 eq 7\n" +
				"access-list o line 5 extended permit udp host 10.0.0.1 host 10.0.0.2 eq 9",
			"",
		},
	} {
		text := tt.version + "\naccess-list o extended deny ip any any log\n"
		doc, err := asa.Parse(device.Input{Source: "asa.cfg", Content: []byte(text)})
		if err != nil {
			t.Fatal(err)
		}
		base := &rule.Ruleset{Source: "asa.cfg", Rules: doc.Lists[0].Rules, Default: rule.Deny}
		got, err := asa.Write("o", rule.Insertion{Base: base, Rules: rules(t, tt.rules)})
		switch {
		case tt.err != "":
			if err == nil || !strings.HasSuffix(err.Error(), tt.err) {
				t.Errorf("%s, %s: %q, %v; want %q", tt.version, tt.rules, got, err, tt.err)
			}
		case err != nil || blankHashes(got, tt.want) != tt.want:
			t.Errorf("%s, %s:\n%s\n%v; want\n%s", tt.version, tt.rules, got, err, tt.want)
		}
	}
}
