package format

import "testing"

// TestOpen tells reasons for which a rule may match all of its traffic from those for which
// it matches some.
func TestOpen(t *testing.T) {
	for reason, want := range map[string]bool{
		"object-group SERVERS is not in the text":                           true,
		"object group SRC is not defined":                                   true,
		"the addresses of the tag VirtualNetwork are not in the text":       true,
		"the table <bogons> is not in the text":                             false,
		"the predefined list panw-known-ip-list is not in the text":         false,
		"the default ports of application web-browsing are not in the text": false,
		"time-range NIGHT":     false,
		"dscp af11":            false,
		"fqdn www.example.com": false,
	} {
		if Open(reason) != want {
			t.Errorf("%s: want %t", reason, want)
		}
	}
}
