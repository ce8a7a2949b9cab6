package policy_test

import (
	"fmt"
	"time"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/flow"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/policy"
)

func Example() {
	names, err := flow.NewNames(map[string][]string{"office": {"10.0.0.0/16"}}, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	set, err := policy.Compile([]policy.Definition{
		{Name: "admin", When: `overlaps_service(product.service, ["tcp/22", "tcp/3389"])`, Assert: `within(product.source, "office")`,
			Message: "{service} to {destination} is for the office, not for {source}"},
		{Name: "insecure", Use: "insecure_services", Severity: policy.Review},
	}, policy.Options{Names: names})
	if err != nil {
		fmt.Println(err)
		return
	}
	declared, err := flow.New(names, []string{"office", "192.0.2.1"}, []string{"10.1.0.1"}, []string{"tcp/22", "tcp/23", "tcp/443"})
	if err != nil {
		fmt.Println(err)
		return
	}
	violations, err := set.Check(policy.Question{Name: "support", Flow: declared}, time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC))
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, v := range violations {
		fmt.Printf("%s: %s (blocks: %t)\n", v.Severity, v.Message, v.Blocks())
	}
	// Output:
	// deny: tcp/22 to 10.1.0.1 is for the office, not for 192.0.2.1 (blocks: true)
	// review: tcp/23 from 10.0.0.0/16, 192.0.2.1 to 10.1.0.1 is or holds an insecure service (tcp/23) (blocks: false)
}
