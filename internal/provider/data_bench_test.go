package provider

import (
	"fmt"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
)

// BenchmarkQuestions reads one acl_match of many flows, and validates it as Terraform does
// before.
func BenchmarkQuestions(b *testing.B) {
	for _, n := range []int{100, 1000, 10_000} {
		c := newClient(b, oneRuleset)
		config := c.value(c.schemas.DataSourceSchemas["acl_match"], `{"flows": `+strings.ReplaceAll(hostFlows(n), `, "comment": "a flow"`, "")+`}`)
		c.benchmarkData(b, "acl_match", n, config)
	}
}

// BenchmarkListing reads one acl_ruleset that lists many rules.
func BenchmarkListing(b *testing.B) {
	for _, n := range []int{1000, 10_000} {
		var rules strings.Builder
		for i := range n {
			fmt.Fprintf(&rules, `%s{"name": "r%d", "src_ip": "10.0.%d.%d", "dst_ip": "172.16.0.1", "dst_port": "tcp/443", "action": "permit"}`, strings.Repeat(",", min(i, 1)), i, i>>8, i&255)
		}
		c := newClient(b, oneRuleset)
		config := c.value(c.schemas.DataSourceSchemas["acl_ruleset"], fmt.Sprintf(`{"format": "json", "limit": %d, "content": %q}`, n, "["+rules.String()+"]"))
		c.benchmarkData(b, "acl_ruleset", n, config)
	}
}

// benchmarkData validates and reads a data source that tells of n things.
func (c *client) benchmarkData(b *testing.B, kind string, n int, config *tfprotov6.DynamicValue) {
	perOne := func(b *testing.B) { b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N*n), "µs/one") }
	b.Run(fmt.Sprintf("validate/%d", n), func(b *testing.B) {
		for b.Loop() {
			resp, err := c.server.ValidateDataResourceConfig(c.ctx, &tfprotov6.ValidateDataResourceConfigRequest{TypeName: kind, Config: config})
			c.check(err, resp.Diagnostics)
		}
		perOne(b)
	})
	b.Run(fmt.Sprintf("read/%d", n), func(b *testing.B) {
		for b.Loop() {
			resp, err := c.server.ReadDataSource(c.ctx, &tfprotov6.ReadDataSourceRequest{TypeName: kind, Config: config})
			c.check(err, resp.Diagnostics)
		}
		perOne(b)
	})
}
