package script

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/testshared"
)

// For real texts a script is proven, or refused with a reason.
func TestCorpus(t *testing.T) {
	root := testshared.Dir(t, "corpora")
	proven, refused := map[string]int{}, map[string]int{}
	err := filepath.WalkDir(root, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		content, err := os.ReadFile(path)
		if err != nil || len(content) > 300_000 {
			return err
		}
		name, err := format.Detect(content)
		if err != nil || !Supports(name) {
			return nil //nolint:nilerr // it is no text of this kind
		}
		doc, err := format.Document(content, "fw", name, "")
		if err != nil {
			return nil //nolint:nilerr // it is no text of this kind
		}
		for i := range doc.Lists {
			if i == 5 {
				break
			}
			acl := doc.Lists[i].Name
			read := func(text string) (*rule.Ruleset, error) {
				rs, _, err := format.Parse([]byte(text), format.Options{Name: "fw", Source: "fw", Format: name, ACL: acl})
				return rs, err
			}
			rs, err := read(string(content))
			if err != nil {
				continue
			}
			l := &List{Name: acl, Text: string(content), Rules: rs, Read: read}
			for _, action := range []rule.Action{rule.Permit, rule.Deny} {
				s, err := l.Write(Edit{Insert: []Insertion{{0, []Rule{ours(t, 1, action, "10.201.1.0/24", "10.202.0.7", "tcp/443 udp/53"), ours(t, 2, rule.Permit, "10.201.1.9", "10.202.0.8", "tcp/8443")}}}})
				if err != nil {
					refused[name]++
					continue
				}
				if proven[name]++; len(s.Do) == 0 || s.NoUndo == "" && len(s.Undo) == 0 {
					t.Errorf("%s %s: no commands: %v, undo %v", path, acl, s.Do, s.Undo)
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("proven %v, refused %v", proven, refused)
	for _, name := range []string{"cisco_asa", "cisco_ios", "cisco_xr", "fortios", "iptables", "junos", "nftables", "panos"} {
		if proven[name] == 0 {
			t.Errorf("no script is proven for a text in the format %s", name)
		}
	}
}
