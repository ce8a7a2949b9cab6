package flow_test

import (
	"strings"
	"testing"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/flow"
)

// TestCheck: what can only be meant as a literal has to be one, everything else may
// be a name. Where a dictionary is at hand an entry that is none of its names gets
// the same words.
func TestCheck(t *testing.T) {
	none := names(t, nil, nil)
	for _, tt := range []struct{ address, want string }{
		{"10.0.0.1", ""}, {"any", ""}, {"2001:db8::/32", ""},
		{"web", ""}, {"web-1", ""}, {"HR Payroll server", ""}, {"HR, Payroll", ""}, {"10.0.0.1 web", ""}, {"Büro-Köln (2)", ""}, {"fe80", ""},
		{"", "is empty"}, {" ", "blanks around"}, {" web", "blanks around"}, {"web\n", "blanks around"}, {"web\u00a0", "blanks around"},
		{"10.0.0.1 ", "has blanks in it; write 10.0.0.1"}, {"10.0.0.1 - 10.0.0.9", "has blanks in it; write 10.0.0.1-10.0.0.9"},
		{"10.0.0.1,10.0.0.2", "list in one string"}, {"10.0.0.1\n10.0.0.2", "list in one string"}, {"2001:db8::1 any", "list in one string"},
		{"10.0.0.0 255.255.255.0", "write 10.0.0.0/255.255.255.0"},
		{"10.0.0.5/24", "host bits"}, {"10.0.0.256", "is not an address"}, {"10.0.0.0/24\n10.0.1.0/24", "list in one string"},
	} {
		err := flow.CheckAddress(tt.address)
		judge(t, tt.address, err, tt.want)
		if _, unknown := none.Addresses([]string{tt.address}); err != nil && unknown.Error() != err.Error() {
			t.Errorf("%q: without a dictionary %q, with one %q", tt.address, err, unknown)
		}
		_, err = flow.Unresolved{}.Addresses([]string{tt.address})
		judge(t, tt.address, err, tt.want)
	}
	for _, tt := range []struct{ service, want string }{
		{"tcp/443", ""}, {"icmp", ""}, {"any", ""},
		{"HTTPS", ""}, {"HTTP, HTTPS", ""}, {"web tier/2", ""}, {"my service", ""},
		{"", "is empty"}, {"HTTPS ", "blanks around"},
		{"tcp/443 ", "has blanks in it; write tcp/443"}, {"tcp/80,443", "list in one string"}, {"tcp/80\nudp/53", "list in one string"}, {"tcp, udp", "list in one string"},
		{"443", "has no protocol"}, {"443/tcp", "write tcp/443"}, {"0/0", "write any, or protocol/0"},
	} {
		err := flow.CheckService(tt.service)
		judge(t, tt.service, err, tt.want)
		if _, unknown := none.Services([]string{tt.service}); err != nil && unknown.Error() != err.Error() {
			t.Errorf("%q: without a dictionary %q, with one %q", tt.service, err, unknown)
		}
		_, err = flow.Unresolved{}.Services([]string{tt.service})
		judge(t, tt.service, err, tt.want)
	}
}

func judge(t *testing.T, entry string, err error, want string) {
	t.Helper()
	if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
		t.Errorf("%q: %v; want %q in it", entry, err, want)
	}
}
