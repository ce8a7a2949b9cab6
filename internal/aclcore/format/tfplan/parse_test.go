package tfplan_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/device"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/tfplan"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
)

func TestSniff(t *testing.T) {
	for _, tt := range []struct {
		text string
		want bool
	}{
		{`{"format_version":"1.2","terraform_version":"1.11.4","planned_values":{}}`, true},
		{`{"format_version":"1.0","values":{"root_module":{}}}`, true},
		{`{"format_version":"1.0","terraform_version":"1.11.4"}`, true},
		{"\ufeff{\n \"version\": 4,\n \"terraform_version\": \"1.11.4\",\n \"serial\": 1,\n \"lineage\": \"x\",", true},
		{`{"version": 4, "rules": []}`, false},
		{`{"SecurityGroups": []}`, false},
		{`[{"format_version": "1.2"}]`, false},
		{`{"format_version": `, false},
		{`hostname r1`, false},
		{``, false},
	} {
		if got := tfplan.Sniff([]byte(tt.text)); got > 100 || (got >= 50) != tt.want || !tt.want && got != 0 {
			t.Errorf("Sniff(%s) = %d, want sure: %v", tt.text, got, tt.want)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	for _, tt := range []struct{ text, want string }{
		{``, "p.json: holds 0 JSON values"},
		{`{} {}`, "p.json: holds 2 JSON values"},
		{`[]`, "p.json: is a list; the output of terraform show -json is an object"},
		{`{"resource": {}}`, "p.json: is no plan and no state"},
		{`{"version": 3, "resources": []}`, "p.json: is a state file of another version than 4"},
		{`{"format_version": "2.0", "values": {}}`, `p.json: has the format_version "2.0"`},
		{`{"format_version": "1.0"}`, "p.json: holds no aws_security_group"},
		{`{"format_version": "1.2", "errored": true, "planned_values": {}}`, "p.json: the plan ended in errors"},
		{`{"format_version": "1.2", "resource_changes": []}`, "p.json: the plan has no planned_values"},
		{`{"format_version": "1.2", "planned_values": {"root_module": {"resources": [7]}}}`, "p.json:1: resources lists a number"},
		{`{"format_version": "1.2",`, "p.json:1: the text ends within a value"},
	} {
		_, err := tfplan.Parse(device.Input{Source: "p.json", Content: []byte(tt.text)})
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("Parse(%s): %v, want %q", tt.text, err, tt.want)
		}
	}
}

// TestReferences: the group of a rule that is created together with it is found only
// where the reference leaves no doubt.
func TestReferences(t *testing.T) {
	const web, app = "aws_security_group.web", "aws_security_group.app[0]"
	for _, tt := range []struct {
		references string
		want       string // the group, or "" for any
	}{
		{`["aws_security_group.web.id", "aws_security_group.web"]`, web},
		{`["aws_security_group.app[0].id", "aws_security_group.app[0]", "aws_security_group.app"]`, app},
		{`["var.group"]`, ""}, // the root module's variables have known values
		{`["aws_security_group.app.id", "aws_security_group.app"]`, ""},
		{`["aws_security_group.app", "each.key"]`, ""},
		{`["aws_security_group.web.id", "aws_security_group.web", "var.other"]`, ""},
		{`["aws_security_group.web.vpc_id", "aws_security_group.web"]`, ""},
		{`["aws_security_group.web.id", "aws_security_group.web", "aws_security_group.app[0].id"]`, ""},
		{`["aws_security_group.website.id", "aws_security_group.web"]`, ""},
		{`["local.group"]`, ""},
		{`["module.m.id", "module.m"]`, ""},
		{`[]`, ""},
		{`null`, ""},
	} {
		text := fmt.Sprintf(`{
			"format_version": "1.2",
			"planned_values": {"root_module": {"resources": [
				{"address": "aws_security_group.web", "type": "aws_security_group", "values": {"ingress": [], "egress": []}},
				{"address": "aws_security_group.app[0]", "type": "aws_security_group", "values": {"ingress": [], "egress": []}},
				{"address": "aws_vpc_security_group_ingress_rule.r", "type": "aws_vpc_security_group_ingress_rule", "values":
					{"ip_protocol": "tcp", "from_port": 22, "to_port": 22, "cidr_ipv4": "10.0.0.0/8"}}]}},
			"resource_changes": [
				{"address": "aws_vpc_security_group_ingress_rule.r", "type": "aws_vpc_security_group_ingress_rule",
				 "change": {"actions": ["create"], "before": null, "after_unknown": {"security_group_id": true}}}],
			"configuration": {"root_module": {"resources": [
				{"address": "aws_vpc_security_group_ingress_rule.r", "expressions": {"security_group_id": {"references": %s}}}]}}}`, tt.references)
		doc, err := tfplan.Parse(device.Input{Source: "p.json", Content: []byte(text)})
		if err != nil {
			t.Fatal(err)
		}
		for _, l := range doc.Lists {
			group, direction, _ := strings.Cut(l.Name, " ")
			sure := len(l.Rules) == 1 && len(l.Rules[0].Unknown) == 0
			unsure := len(l.Rules) == 1 && len(l.Rules[0].Unknown) == 1
			if direction != "ingress" {
				sure, unsure = len(l.Rules) == 0 && tt.want == group, len(l.Rules) == 0 && tt.want == ""
			}
			if sure != (group == tt.want) || unsure != (tt.want == "") {
				t.Errorf("%s: %s has %d rules, sure: %v", tt.references, l.Name, len(l.Rules), sure)
			}
		}
	}
}

// large returns a state of n groups with ten rules each, and as many other resources.
func large(n int) []byte {
	var b strings.Builder
	b.WriteString("{\n\"format_version\": \"1.0\",\n\"values\": {\"root_module\": {\"resources\": [\n")
	for i := range n {
		if i > 0 {
			b.WriteString(",\n")
		}
		fmt.Fprintf(&b, "{\"address\": \"aws_s3_bucket.b[%d]\", \"mode\": \"managed\", \"type\": \"aws_s3_bucket\", \"name\": \"b\",\n\"values\": {\"id\": \"b-%d\",\n\"tags\": {}}},\n", i, i)
		fmt.Fprintf(&b, "{\"address\": \"aws_security_group.g[%d]\",\n\"mode\": \"managed\",\n\"type\": \"aws_security_group\",\n\"name\": \"g\",\n\"values\": {\n\"id\": \"sg-%017d\",\n\"egress\": [],\n\"ingress\": [\n", i, i)
		for j := range 10 {
			if j > 0 {
				b.WriteString(",\n")
			}
			fmt.Fprintf(&b, `{
"cidr_blocks": [
"10.%d.%d.0/24"
],
"description": "",
"from_port": %d,
"ipv6_cidr_blocks": [],
"prefix_list_ids": [],
"protocol": "tcp",
"security_groups": [],
"self": false,
"to_port": %d
}`, i>>8&255, i&255, 1000+j, 1000+j)
		}
		b.WriteString("\n]}}")
	}
	b.WriteString("\n]}}}\n")
	return []byte(b.String())
}

func BenchmarkParse(b *testing.B) {
	content := large(1000)
	lines := strings.Count(string(content), "\n")
	b.SetBytes(int64(len(content)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := tfplan.Parse(device.Input{Source: "s.json", Content: content}); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(lines)*float64(b.N)/b.Elapsed().Seconds(), "lines/s")
}

func FuzzParse(f *testing.F) {
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range files {
		content, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(txtar.Parse(content).Files[0].Data)
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		if score := tfplan.Sniff(content); score < 0 || score > 100 {
			t.Errorf("Sniff = %d", score)
		}
		doc, err := tfplan.Parse(device.Input{Source: "f", Content: content})
		if err != nil {
			if !strings.HasPrefix(err.Error(), "f:") {
				t.Errorf("an error without its place: %v", err)
			}
			return
		}
		lines := 1 + strings.Count(string(content), "\n")
		for _, l := range doc.Lists {
			if l.Default != rule.Deny && strings.HasPrefix(l.Name, "aws_") {
				t.Errorf("%s permits by default", l.Name)
			}
			if len(l.Rules) > 16*len(content) {
				t.Errorf("%d rules from %d bytes", len(l.Rules), len(content))
			}
			for i := range l.Rules {
				if r := &l.Rules[i]; r.Line < 1 || r.Line > lines || r.Text == "" {
					t.Errorf("%s: rule %d %q on line %d of %d", l.Name, i, r.Text, r.Line, lines)
				}
			}
		}
	})
}
