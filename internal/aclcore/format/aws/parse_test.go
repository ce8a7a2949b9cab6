package aws_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/device"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/aws"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
)

func TestSniff(t *testing.T) {
	for _, tt := range []struct {
		text string
		want bool
	}{
		{`{"SecurityGroups": []}`, true},
		{`{"NextToken": "x", "NetworkAcls": []}`, true},
		{"\ufeff\n{\"NetworkInterfaces\": [", true},
		{`[{"PrefixLists": []}]`, true},
		{`[[{"GroupId": "sg-1", "IpPermissions": []}]]`, true},
		{`{"NetworkAclId": "acl-1", "Associations": [], "Entries": []}`, true},
		{`{"Reservations": []}`, false},
		{`{"format_version": "1.2", "planned_values": {}}`, false},
		{`[{"name": "x", "src_ip": "10.0.0.1", "action": "permit"}]`, false},
		{`{"nftables": [{"metainfo": {}}]}`, false},
		{`"SecurityGroups"`, false},
		{`{"SecurityGroups`, false},
		{`ip access-list extended SecurityGroups`, false},
		{``, false},
	} {
		if got := aws.Sniff([]byte(tt.text)); got > 100 || (got >= 50) != tt.want || !tt.want && got != 0 {
			t.Errorf("Sniff(%s) = %d, want sure: %v", tt.text, got, tt.want)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	for _, tt := range []struct{ text, want string }{
		{``, "a.json: holds no security group and no network ACL"},
		{`{"Vpcs": []}`, "a.json: holds no security group and no network ACL"},
		{`{"SecurityGroups": []}`, "a.json: holds no security group and no network ACL"},
		{`[1]`, "a.json:1: a number stands where the output of an AWS command is expected"},
		{"{\n\"SecurityGroups\": {}}", "a.json:2: SecurityGroups is an object; write a list"},
		{"{\"SecurityGroups\": [\n{\"IpPermissions\": []}]}", "a.json:2: GroupId is missing"},
		{`{"SecurityGroups": [`, "a.json:1: the text ends within a value"},
	} {
		_, err := aws.Parse(device.Input{Source: "a.json", Content: []byte(tt.text)})
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("Parse(%s): %v, want %q", tt.text, err, tt.want)
		}
	}
}

// large returns an export of n groups with ten permissions each.
func large(n int) []byte {
	var b strings.Builder
	b.WriteString("{\n    \"SecurityGroups\": [\n")
	for i := range n {
		if i > 0 {
			b.WriteString(",\n")
		}
		fmt.Fprintf(&b, "        {\n            \"GroupId\": \"sg-%017d\",\n            \"GroupName\": \"g%d\",\n            \"IpPermissions\": [\n", i, i)
		for j := range 10 {
			if j > 0 {
				b.WriteString(",\n")
			}
			fmt.Fprintf(&b, `                {
                    "IpProtocol": "tcp",
                    "FromPort": %d,
                    "ToPort": %d,
                    "UserIdGroupPairs": [],
                    "IpRanges": [
                        {
                            "Description": "range %d",
                            "CidrIp": "10.%d.%d.0/24"
                        }
                    ],
                    "Ipv6Ranges": [],
                    "PrefixListIds": []
                }`, 1000+j, 1000+j, j, i>>8&255, i&255)
		}
		b.WriteString("\n            ],\n            \"IpPermissionsEgress\": []\n        }")
	}
	b.WriteString("\n    ]\n}\n")
	return []byte(b.String())
}

func BenchmarkParse(b *testing.B) {
	content := large(1000)
	lines := strings.Count(string(content), "\n")
	b.SetBytes(int64(len(content)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := aws.Parse(device.Input{Source: "a.json", Content: content}); err != nil {
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
		if score := aws.Sniff(content); score < 0 || score > 100 {
			t.Errorf("Sniff = %d", score)
		}
		doc, err := aws.Parse(device.Input{Source: "f", Content: content})
		if err != nil {
			if !strings.HasPrefix(err.Error(), "f:") {
				t.Errorf("an error without its place: %v", err)
			}
			return
		}
		lines := 1 + strings.Count(string(content), "\n")
		for _, l := range doc.Lists {
			if l.Default != rule.Deny {
				t.Errorf("%s permits by default", l.Name)
			}
			// A rule for every source, the synthetic ones of each group, and what
			// sixteen groups on an interface add to each other.
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
