package format_test

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/device"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/testshared"
)

func TestDetect(t *testing.T) {
	for _, tt := range []struct{ format, text string }{
		{"json", `[{"name": "x", "src_ip": "10.0.0.1", "dst_ip": "10.0.0.2", "dst_port": "tcp/80", "action": "permit"}]`},
		{"json", `[{"name": "x", "source": "10.0.0.1", "action": "permit"}]`},
		{"yaml", "- name: x\n  source: 10.0.0.1\n  action: permit\n"},
		{"yaml", "- name: x\n  src_ip: 10.0.0.1\n  dst_ip: 10.0.0.2\n  dst_port: tcp/80\n  action: permit\n"},
		{"cisco_ios", "hostname r1\n!\nip access-list extended edge\n permit tcp any host 10.0.0.2 eq 443\n deny ip any any\n"},
		{"cisco_ios", "Extended IP access list 101\n    10 permit tcp any host 10.0.0.2 eq www\n"},
		{"cisco_nxos", "feature bgp\nip access-list edge\n  10 permit tcp any 10.0.0.2/32 eq 443\n"},
		{"cisco_xr", "ipv4 access-list edge\n 10 permit tcp any host 10.0.0.2 eq 443\n"},
		{"cisco_asa", "ASA Version 9.16(1)\naccess-list outside_in extended permit tcp any host 10.0.0.2 eq https\naccess-group outside_in in interface outside\n"},
		{"iptables", "*filter\n:INPUT DROP [0:0]\n-A INPUT -p tcp --dport 443 -j ACCEPT\nCOMMIT\n"},
		{"nftables", `{"nftables": [{"metainfo": {"version": "1.0.6", "json_schema_version": 1}}, {"table": {"family": "inet", "name": "fw", "handle": 1}}]}`},
		{"nftables", "table inet fw {\n\tchain input {\n\t\ttype filter hook input priority filter; policy drop;\n\t\ttcp dport 443 accept\n\t}\n}\n"},
		{"aws", `{"SecurityGroups": [{"GroupId": "sg-1", "IpPermissions": []}]}`},
		{"aws", "{\n  \"NetworkAcls\": []\n}\n{\n  \"NetworkInterfaces\": []\n}\n"},
		{"terraform", `{"format_version":"1.2","terraform_version":"1.11.4","planned_values":{"root_module":{}}}`},
		{"terraform", "{\n  \"version\": 4,\n  \"terraform_version\": \"1.11.4\",\n  \"serial\": 1,\n  \"lineage\": \"x\",\n  \"resources\": []\n}"},
		{"", ""},
		{"", "the quick brown fox\npermits nothing\n"},
		{"", `{"version": 1}`},
		{"", `<?xml version="1.0"?><config/>`},
		{"pf_conf", "ext = \"em0\"\nblock all\npass in on $ext proto tcp from any to any port 443\n"},
		{"opnsense", "<?xml version=\"1.0\"?>\n<opnsense>\n  <filter/>\n</opnsense>\n"},
		{"pfsense", "<?xml version=\"1.0\"?>\n<pfsense>\n  <version>23.3</version>\n</pfsense>\n"},
		{"junos", "set security policies global policy p then permit\n"},
	} {
		got, err := format.Detect([]byte(tt.text))
		if got != tt.format || (err == nil) != (tt.format != "") {
			t.Errorf("Detect(%.60q) = %q, %v; want %q", tt.text, got, err, tt.format)
		}
		if err != nil && !strings.Contains(err.Error(), "set format to one of json, yaml, cisco_ios") {
			t.Errorf("Detect(%.60q): %v, which does not say what to do", tt.text, err)
		}
	}
}

// TestDetectCorpus: what a generator wrote for a device is taken for that, and what
// it wrote for devices that are not read is taken for nothing.
func TestDetectCorpus(t *testing.T) {
	formats := map[string]string{
		".acl": "cisco_ios", ".bacl": "cisco_ios", ".eacl": "cisco_ios", ".nxacl": "cisco_nxos", ".xacl": "cisco_xr",
		".asa": "cisco_asa", ".ipt": "iptables", ".ips": "iptables",
		".nft": "nftables",
		".fcl": "fortios", ".fgacl": "fortios", ".xml": "panos", ".gce": "gcp", ".gcphf": "gcp", ".jcl": "junos", ".evojcl": "junos", ".srx": "junos",
		".yml": "kubernetes", ".pf": "pf_conf",
		".nsxt": "json", // a list of rules with keys of its own, which Parse names
	}
	for _, corpus := range []string{"capirca_samples", "aerleon_samples"} {
		err := filepath.WalkDir(testshared.Dir(t, "corpora", corpus, "out"), func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			content, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			want := formats[filepath.Ext(path)]
			if got, _ := format.Detect(content); got != want {
				t.Errorf("%s/%s is taken for %q, want %q", corpus, d.Name(), got, want)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

func TestFormats(t *testing.T) {
	for _, f := range []string{"json", "yaml", "cisco_ios", "cisco_nxos", "cisco_xr", "cisco_asa", "iptables", "nftables", "aws", "terraform"} {
		if !slices.Contains(format.Names, f) {
			t.Errorf("%s is not read", f)
		}
	}
	_, err := format.Document(nil, "x", "cobol", "")
	if err == nil || err.Error() != `x: unknown format "cobol"; write `+strings.Join(format.Names, ", ") {
		t.Errorf("an unknown format: %v", err)
	}
}

func TestChoose(t *testing.T) {
	doc := &device.Document{Format: "cisco_asa", Lists: []device.List{
		{Name: "outside_in", Aliases: []string{"outside in", "outside"}},
		{Name: "Inside_In", Aliases: []string{"inside in"}},
		{Name: "inside_in", Aliases: []string{"dmz in"}},
		{Name: "shared", Aliases: []string{"a in", "b in"}},
		{Name: "other", Aliases: []string{"b in", "Inside_In"}},
	}}
	for _, tt := range []struct{ acl, want string }{
		{"outside_in", "outside_in"},
		{"outside", "outside_in"},
		{"OUTSIDE_IN", "outside_in"},
		{"Outside In", "outside_in"},
		{"inside_in", "inside_in"},
		{"Inside_In", "Inside_In"}, // the name, not the other name of "other"
		{"DMZ in", "inside_in"},
		{"a in", "shared"},
		{"b in", `fw.cfg: 2 access lists go by acl = "b in": "shared" (a in, b in), "other" (b in, Inside_In)`},
		{"INSIDE_IN", `fw.cfg: 3 access lists go by acl = "INSIDE_IN": "Inside_In" (inside in), "inside_in" (dmz in), "other" (b in, Inside_In)`},
		{"absent", `fw.cfg: has no access list "absent"; there are "outside_in" (outside in, outside), "Inside_In" (inside in), ` +
			`"inside_in" (dmz in), "shared" (a in, b in), "other" (b in, Inside_In)`},
		{"", `fw.cfg: has 5 access lists; set acl to one of "outside_in" (outside in, outside), "Inside_In" (inside in), ` +
			`"inside_in" (dmz in), "shared" (a in, b in), "other" (b in, Inside_In)`},
	} {
		l, err := format.Choose(doc, "fw.cfg", tt.acl)
		got := ""
		if err != nil {
			got = err.Error()
		} else {
			got = l.Name
		}
		if got != tt.want {
			t.Errorf("Choose(%q) = %s, want %s", tt.acl, got, tt.want)
		}
	}

	one := &device.Document{Format: "json", Lists: doc.Lists[:1]}
	if l, err := format.Choose(one, "fw.cfg", ""); err != nil || l.Name != "outside_in" {
		t.Errorf("a text with one list: %v, %v", l, err)
	}
	for _, acl := range []string{"", "x"} {
		if _, err := format.Choose(&device.Document{Format: "aws"}, "fw.cfg", acl); err == nil || !strings.Contains(err.Error(), "was read as aws") {
			t.Errorf("a text without lists: %v", err)
		}
	}
	many := &device.Document{}
	for i := range 100 {
		many.Lists = append(many.Lists, device.List{Name: fmt.Sprint(i)})
	}
	if _, err := format.Choose(many, "fw.cfg", ""); err == nil || !strings.HasSuffix(err.Error(), `"39", … and 60 more`) {
		t.Errorf("a text with many lists: %v", err)
	}
}

func TestParse(t *testing.T) {
	text := []byte(`{"NetworkAcls": [{"NetworkAclId": "acl-1", "Entries": []}]}`)
	rs, list, err := format.Parse(text, format.Options{Name: "edge", Source: "edge.json", ACL: "acl-1 egress"})
	if err != nil || rs.Name != "edge" || rs.Source != "edge.json" || rs.Format != "aws" || list != "acl-1 egress" || !rs.Stateless || rs.Return == nil || rs.Default != rule.Deny {
		t.Fatalf("Parse = %+v, %q, %v", rs, list, err)
	}
	permit, deny, stateful := rule.Permit, rule.Deny, false
	rs, _, err = format.Parse(text, format.Options{Source: "edge.json", Format: "aws", ACL: "acl-1", Default: &deny, Stateless: &stateful})
	if err != nil || rs.Stateless || rs.Default != rule.Deny {
		t.Errorf("Parse with its own default and state: %+v, %v", rs, err)
	}
	rs, _, err = format.Parse([]byte(`[{"src_ip": "10.0.0.0/8", "action": "deny"}]`), format.Options{Source: "edge.json", Default: &permit})
	if err != nil || rs.Default != rule.Permit {
		t.Errorf("Parse with its own default: %+v, %v", rs, err)
	}
	for _, tt := range []struct {
		o    format.Options
		want string
	}{
		{format.Options{Source: "edge.json", Default: &permit, ACL: "acl-1"}, "default_action is permit, but never applies: edge.json:1 acl-1 ingress * deny any from any decides what no rule before it does; leave default_action out, or take that rule away"},
		{format.Options{Source: "edge.json"}, `edge.json: has 2 access lists; set acl to one of "acl-1 ingress" (acl-1), "acl-1 egress"`},
		{format.Options{Source: "edge.json", Format: "terraform", ACL: "acl-1"}, "edge.json: format is terraform, but the text looks like aws; the first problem is\nedge.json: is no plan and no state"},
		{format.Options{Source: "edge.json", Format: "tf"}, `edge.json: unknown format "tf"`},
	} {
		if _, _, err := format.Parse(text, tt.o); err == nil || !strings.HasPrefix(err.Error(), tt.want) {
			t.Errorf("Parse(%+v): %v, want %s", tt.o, err, tt.want)
		}
	}
	if _, _, err := format.Parse([]byte("words"), format.Options{Source: "edge"}); err == nil || !strings.HasPrefix(err.Error(), "edge: the format of the text is not recognised") {
		t.Errorf("Parse of words: %v", err)
	}
}

// TestMisfit: a text that is none of its format is told what it is, once.
func TestMisfit(t *testing.T) {
	const asa = "ASA Version 9.16(1)\naccess-list x extended permit tcp any any eq 80\naccess-list x extended deny ip any any\n"
	for _, tt := range []struct{ format, text, want string }{
		{"", "", "f: is empty; write [] for a list without rules"},
		{"", " \r\n\n", "f: is empty; write [] for a list without rules"},
		{"", "\xff\xfea\x00c\x00", "f:1: is encoded in UTF-16, as a redirection in PowerShell writes it; save it as UTF-8"},
		{"cisco_asa", "\xfe\xff\x00a\x00c", "f:1: is encoded in UTF-16, as a redirection in PowerShell writes it; save it as UTF-8"},
		{"", "MZ\n\x00\x01", "f:2: there is a zero byte, so that this is no text; the text of a ruleset is accepted"},
		{"nftables", asa, "f: format is nftables, but the text looks like cisco_asa; the first problem is\nf:1: \"ASA\" is no command that is read; accepted are table, define, add, insert, flush and delete"},
		{"yaml", `[{"src_ip": "10.0.0.300", "action": "permit"}]`, "f:1: rule 1: src_ip: address \"10.0.0.300\": is not an address; write a host (10.0.0.1, 2001:db8::1), a prefix (10.0.0.0/24), a range (10.0.0.1-10.0.0.9) or any"},
	} {
		if _, err := format.Document([]byte(tt.text), "f", tt.format, ""); err == nil || err.Error() != tt.want {
			t.Errorf("%q as %q: %v\nwant %s", tt.text, tt.format, err, tt.want)
		}
	}
}
