package provider

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// What is read without the framework is what the framework would have read.
func TestDirectDataIsTheFrameworks(t *testing.T) {
	file := filepath.Join(t.TempDir(), "r1.cfg")
	if err := os.WriteFile(file, []byte("hostname r1\nip access-list extended EDGE\n 10 permit tcp any host 10.0.0.1 eq 443 time-range NIGHT\n 20 deny ip any any\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	const question = `"sources": ["10.0.0.1"], "destinations": ["172.16.0.1"], "services": ["tcp/443", "udp/53"]`
	config := `{"enforcement": "advisory", "policies": {"none": {"scope": "flow", "assert": "false"}}, "rulesets": {
		"edge": {"format": "json", "content": "[{\"src_ip\": \"10.0.0.0/23\", \"dst_ip\": \"172.16.0.1\", \"dst_port\": \"tcp/443\", \"action\": \"permit\"}]"},
		"r1": {"path": "` + file + `"}, "broken": {"content": "[{"}}}`
	framework := clientOf(t, visibleMessages{providerserver.NewProtocol6(New("test")())()}, config)
	direct := clientOf(t, NewServer("test")(), config)
	for _, tt := range []struct {
		kind, config string
		fails        bool
	}{
		{"acl_match", `{` + question + `, "rulesets": ["edge"]}`, false},
		{"acl_match", `{` + question + `, "rulesets": ["r1"], "action": "deny"}`, false},
		{"acl_match", `{` + question + `, "rules": [{"name": "one", "dst_ip": "172.16.0.1", "action": "permit"}]}`, false},
		{"acl_match", `{"rulesets": ["edge"], "flows": {"a": {` + question + `}, "b": {` + question + `, "rulesets": ["r1", "edge"]}}}`, false},
		{"acl_match", `{"rulesets": ["edge"], "flows": {}}`, false},
		{"acl_match", `{"rulesets": ["edge"], "flows": {"a": {` + question + `}, "b": {` + question + `, "rulesets": ["no"]}}}`, true},
		{"acl_match", `{` + question + `}`, true},
		{"acl_match", `{` + question + `, "rulesets": ["broken"]}`, true},
		{"acl_ruleset", `{"rulesets": ["edge", "r1"]}`, false},
		{"acl_ruleset", `{"path": "` + file + `", "limit": 1}`, false},
		{"acl_ruleset", `{"content": "[]", "format": "json"}`, false},
		{"acl_ruleset", `{"path": "/does/not/exist"}`, true},
		{"acl_ruleset", `{"rulesets": ["broken"]}`, true},
	} {
		kind := direct.schemas.DataSourceSchemas[tt.kind]
		request := &tfprotov6.ReadDataSourceRequest{TypeName: tt.kind, Config: direct.value(kind, tt.config)}
		want, wantTold := readData(t, framework, request)
		got, told := readData(t, direct, request)
		if failed := strings.Contains(told, "ERROR"); failed != tt.fails {
			t.Errorf("%s %s: fails is %t", tt.kind, tt.config, failed)
		}
		if told != wantTold {
			t.Errorf("%s %s: tells\n%s\nwant\n%s", tt.kind, tt.config, told, wantTold)
		}
		if diff, err := want.Diff(got); !tt.fails && (err != nil || len(diff) > 0) { // what fails has no result
			t.Errorf("%s %s: differs from what the framework makes of it: %v %v", tt.kind, tt.config, diff, err)
		}
	}
}

// readData reads a data source, and returns what is told beside it.
func readData(t *testing.T, c *client, req *tfprotov6.ReadDataSourceRequest) (state tftypes.Value, told string) {
	t.Helper()
	resp, err := c.server.ReadDataSource(context.Background(), req)
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range resp.Diagnostics {
		told += fmt.Sprintf("%v %v %s\n%s\n", d.Severity, d.Attribute, d.Summary, d.Detail)
	}
	if state, err = resp.State.Unmarshal(c.schemas.DataSourceSchemas[req.TypeName].ValueType()); err != nil {
		t.Fatal(err)
	}
	return state, told
}

// Data whose provider is not configured yet is the framework's to answer.
func TestDirectDataOfAnUnknownProvider(t *testing.T) {
	c := clientOf(t, NewServer("test")(), `{"rulesets": "UNKNOWN"}`)
	kind := c.schemas.DataSourceSchemas["acl_match"]
	_, told := readData(t, c, &tfprotov6.ReadDataSourceRequest{TypeName: "acl_match", Config: c.value(kind, `{"sources": ["10.0.0.1"], "destinations": ["10.0.0.2"], "services": ["any"]}`)})
	if !strings.Contains(told, "is not known at plan time") {
		t.Errorf("told is %s", told)
	}
}
