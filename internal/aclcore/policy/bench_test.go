package policy_test

import (
	"fmt"
	"testing"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/flow"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/policy"
)

// twenty are policies as an organisation writes them: most look at one side of a
// product, some at two, one at all three in one comparison.
var twenty = []policy.Definition{
	{Name: "source_ours", Kind: policy.Validate, Use: "source_in_networks", Parameters: policy.Parameters{Networks: []string{"10.0.0.0/8", "192.168.0.0/16"}}},
	{Name: "destination_ours", Kind: policy.Validate, Use: "destination_in_networks", Parameters: policy.Parameters{Networks: []string{"10.0.0.0/8", "192.168.0.0/16"}}},
	{Name: "same_network", Kind: policy.Validate, Use: "same_network", Parameters: policy.Parameters{Networks: []string{"10.0.0.0/24", "10.0.1.0/24", "10.9.0.0/24"}}},
	{Name: "narrow", Kind: policy.Validate, Use: "max_hosts", Parameters: policy.Parameters{MaxHosts: 256}},
	{Name: "insecure", Use: "insecure_services"},
	{Name: "any", Use: "any_to_any"},
	{Name: "expires", Use: "expires_valid", Parameters: policy.Parameters{MaxDays: 365}},
	{Name: "owner", Use: "owner_required"},
	{Name: "nat", Use: "real_addresses", Parameters: policy.Parameters{RealAddresses: map[string]string{"203.0.113.0/24": "10.7.0.0/24"}}},
	{Name: "pci", When: `"pci" in product.zones.destination`, Assert: `product.zones.source == ["pci"] || application.labels["tier"] == "1"`},
	{Name: "zones", Assert: `product.zones.source != product.zones.destination || product.zones.source == ["office"]`},
	{Name: "high", Assert: `product.port_low >= 1024 || within(product.destination, "10.0.0.0/8")`},
	{Name: "narrow_pair", Assert: `prefix_length(product.source) + prefix_length(product.destination) >= 48`},
	{Name: "admin", When: `covers_service(["tcp/22", "tcp/3389"], product.service)`, Assert: `within(product.source, "web") || in_group(product.source, "hosts")`},
	{Name: "tcp_only", Assert: `product.protocol in ["tcp", "udp", "icmp"]`},
	{Name: "private", Assert: `is_private(product.source) && is_private(product.destination)`},
	{Name: "no_range", Assert: `product.port_high - product.port_low < 1024`},
	{Name: "commented", Scope: policy.ScopeFlow, Assert: `flow.comment != "" && flow.users.all(u, size(u) > 1)`},
	{Name: "names", Assert: `!product.source.startsWith("10.255.") && !product.destination.matches("^10[.]254[.]")`},
	{Name: "all_three", Assert: `[product.source, product.destination, product.service] != ["10.0.0.1", "10.9.0.1", "tcp/1"]`},
}

// large is a flow of sources × destinations × services products.
func large(b *testing.B, sources, destinations, services int) policy.Question {
	b.Helper()
	q := policy.Question{
		Application: policy.Application{Name: "Billing", Owner: "finance", Labels: map[string]string{"tier": "1"}},
		Name:        "f", Comment: "monthly", Users: []string{"ann"},
	}
	for i := range sources {
		q.Sources = append(q.Sources, fmt.Sprintf("10.0.%d.%d", i/250, i%250+1))
	}
	for i := range destinations {
		q.Destinations = append(q.Destinations, fmt.Sprintf("10.%d.%d.%d", 8+i%2, i/250, i%250+1))
	}
	for i := range services {
		q.Services = append(q.Services, fmt.Sprintf("tcp/%d", 8000+i))
	}
	var err error
	if q.Flow, err = flow.New(someNames(b), q.Sources, q.Destinations, q.Services); err != nil {
		b.Fatal(err)
	}
	return q
}

// BenchmarkCheck asks the twenty policies about 100,000 products; none of them is
// violated in "passed", every one about every product in "violated".
func BenchmarkCheck(b *testing.B) {
	never := make([]policy.Definition, len(twenty))
	for i, d := range twenty {
		never[i] = policy.Definition{Name: d.Name, Assert: fmt.Sprintf(`product.port_low == %d`, i)}
	}
	halves := make([]policy.Definition, len(twenty))
	for i, d := range twenty {
		halves[i] = policy.Definition{Name: d.Name, Assert: fmt.Sprintf(`product.source.endsWith("%d") || product.destination.endsWith("%d") || product.port_low %% %d == 0`, i%10, i%7, i+2)}
	}
	all := make([]policy.Definition, len(twenty))
	for i, d := range twenty {
		all[i] = policy.Definition{Name: d.Name, Assert: fmt.Sprintf(`product.source + product.destination + product.service != "%d"`, i)}
	}
	for _, bb := range []struct {
		name                            string
		definitions                     []policy.Definition
		sources, destinations, services int
	}{
		{"100000x20/passed", twenty, 100, 100, 10},
		{"100000x20/violated", never, 100, 100, 10},
		{"100000x20/violated in part", halves, 100, 100, 10},
		{"100000x20/nothing shared", all, 100, 100, 10},
		{"100000x20/two long lists", twenty, 1000, 100, 1},
		{"1x20", twenty, 1, 1, 1},
	} {
		b.Run(bb.name, func(b *testing.B) {
			s := compile(b, bb.definitions...)
			q := large(b, bb.sources, bb.destinations, bb.services)
			b.ReportAllocs()
			for b.Loop() {
				if _, err := s.Check(q, now); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkCompile(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		compile(b, twenty...)
	}
}
