package sense_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/device"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/sense"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/testshared"
)

// TestCorpus reads configurations that others wrote: each is detected, each of its rules is
// read, and of no element it is said that it is not known. Its counts stand in the log.
func TestCorpus(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(testshared.Dir(t, "corpora", "formats", "pf", "opnDossier"), "*.xml*"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no texts: %v", err)
	}
	for _, name := range files {
		content, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		system := sense.OPNsense
		if sense.Sniff(system, content) == 0 {
			system = sense.PfSense
		}
		if sense.Sniff(system, content) == 0 {
			t.Errorf("%s is not detected", name)
		}
		doc, err := sense.Parse(system, device.Input{Source: filepath.Base(name), Content: content})
		if err != nil {
			t.Fatal(err)
		}
		rules, undecided := 0, 0
		for _, r := range doc.Lists[0].Rules {
			rules++
			if len(r.Unknown) > 0 {
				undecided++
			}
			if strings.Contains(strings.Join(r.Unknown, " "), "is not known") {
				t.Errorf("%s:%d %s: %v", doc.Format, r.Line, r.Text, r.Unknown)
			}
		}
		t.Logf("%s: %d rules, %d undecided, %d interfaces", filepath.Base(name), rules, undecided, len(doc.Interfaces))
	}
}
