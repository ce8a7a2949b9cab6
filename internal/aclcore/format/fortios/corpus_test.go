package fortios_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/device"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/fortios"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/testshared"
)

// TestCorpus reads texts that nobody here wrote: each is detected, and each policy
// that is not disabled becomes a rule. Its counts stand in the log.
func TestCorpus(t *testing.T) {
	root := testshared.Dir(t, "corpora")
	files := 0
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.Contains(path, "fortios") && filepath.Ext(path) != ".fgacl" && filepath.Ext(path) != ".fcl" || filepath.Ext(path) == ".tsv" {
			return err
		}
		files++
		content, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		name, _ := filepath.Rel(root, path)
		if fortios.Sniff(content) == 0 && strings.Contains(string(content), "config firewall policy\n") {
			t.Errorf("%s is not detected", name)
		}
		doc, err := fortios.Parse(device.Input{Source: name, Content: content})
		if err != nil {
			t.Errorf("%v", err)
			return nil
		}
		rules, undecided := 0, 0
		for _, r := range doc.Lists[0].Rules {
			rules++
			if len(r.Unknown) > 0 {
				undecided++
			}
		}
		t.Logf("%s: %d lines, %d rules, %d undecided, %d notes", name, strings.Count(string(content), "\n"), rules, undecided, len(doc.Notes))
		if policies := strings.Count(string(content), "set schedule"); rules == 0 && policies > 0 && len(doc.Notes) == 0 {
			t.Errorf("%s: %d policies and no rule", name, policies)
		}
		return nil
	})
	if err != nil || files == 0 {
		t.Fatalf("%d texts: %v", files, err)
	}
}
