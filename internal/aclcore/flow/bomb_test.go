package flow_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/addr"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/enginetest"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/flow"
)

// layers are depth names above one another, each of which lists the one below width
// times and extra beside.
func layers(depth, width int, extra ...string) map[string][]string {
	out := map[string][]string{"n0": {"10.0.0.0", "10.0.0.2", "10.0.0.4"}}
	for i := 1; i < depth; i++ {
		var list []string
		for range width {
			list = append(list, fmt.Sprintf("n%d", i-1))
		}
		for _, e := range extra {
			list = append(list, strings.ReplaceAll(e, "#", fmt.Sprint(i)))
		}
		out[fmt.Sprintf("n%d", i)] = list
	}
	return out
}

// TestNamesDoNotExplode: names in names cost what they take to write, used or not, or
// they are refused with what to write instead.
func TestNamesDoNotExplode(t *testing.T) {
	const most = 150 << 20
	for _, tt := range []struct {
		name      string
		addresses map[string][]string
		use       string
		want      int    // literals
		refused   string // or this
	}{
		{"10 levels of 10", layers(11, 10), "n10", 3, ""},
		{"6 levels of 10", layers(7, 10), "n6", 3, ""},
		{"200 levels of 100", layers(200, 100), "n199", 3, ""},
		{"2,000 in a chain", layers(2000, 1, "10.1.0.1"), "n1999", 4, ""},
		{"10,000 in a chain", layers(10_000, 1), "n9999", 3, ""},
		{"20,000 in a chain", layers(20_000, 1), "", 0, "names are nested more than 10000 deep; list what they stand for themselves"},
		{"60 levels of exclusions", layers(60, 3, "10.#.0.0/16", "!n0", "10.200.0.0/16"), "n59", 60, ""},
		{"5,000 that take away above one another", growing(5000), "", 0, "hold more than 500000 entries together"},
		{"a long name that is unknown", map[string][]string{strings.Repeat("a", 1<<20): {strings.Repeat("b", 1<<20)}}, "", 0, "neither"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var literals []addr.Literal
			var err error
			used := enginetest.Allocated(func() {
				var n *flow.Names
				if n, err = flow.NewNames(tt.addresses, nil); err == nil {
					literals, err = n.Addresses([]string{tt.use})
				}
			})
			if used > most {
				t.Errorf("allocates %d MB", used>>20)
			}
			if tt.refused == "" && (err != nil || len(literals) != tt.want) || tt.refused != "" && (err == nil || !strings.Contains(err.Error(), tt.refused)) {
				t.Errorf("%d literals, %.300v; want %d, %q", len(literals), err, tt.want, tt.refused)
			}
			if err != nil && len(err.Error()) > 5<<20 {
				t.Errorf("the error has %d bytes", len(err.Error()))
			}
		})
	}
}

// growing is a chain of names with exclusions of which each has one address more.
func growing(n int) map[string][]string {
	out := map[string][]string{"n0": {"10.0.0.0"}}
	for i := 1; i < n; i++ {
		out[fmt.Sprintf("n%d", i)] = []string{fmt.Sprintf("n%d", i-1), fmt.Sprintf("10.%d.%d.0", i/256, i%256), "!192.0.2.1"}
	}
	return out
}

// TestExclusionsDoNotExplode: many exclusions from many entries end in time.
func TestExclusionsDoNotExplode(t *testing.T) {
	n := names(t, nil, nil)
	var hosts, everything, ports []string
	for i := range 30_000 {
		hosts = append(hosts, fmt.Sprintf("!10.%d.%d.1", i/256, i%256))
		everything = append(everything, "any")
		ports = append(ports, fmt.Sprintf("!tcp/%d", 2*i+1))
	}
	used := enginetest.Allocated(func() {
		if got, err := n.Addresses(append(hosts[:len(hosts):len(hosts)], "any")); err != nil || len(got) < 30_000 {
			t.Errorf("%d, %v", len(got), err)
		}
		if _, err := n.Addresses(append(hosts, everything...)); err == nil || !strings.Contains(err.Error(), "write prefixes") {
			t.Error(err)
		}
		if _, err := n.Services(append(ports, "any")); err == nil || !strings.Contains(err.Error(), "write ranges") {
			t.Error(err)
		}
		if got, err := n.Services(append(ports[:4000:4000], "any")); err != nil || len(got) < 4000 {
			t.Errorf("%d, %v", len(got), err)
		}
	})
	if used > 600<<20 {
		t.Errorf("allocates %d MB", used>>20)
	}
}
