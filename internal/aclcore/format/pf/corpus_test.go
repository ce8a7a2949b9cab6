package pf_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/device"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/pf"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/testshared"
)

// TestCorpus reads texts that a generator wrote: each is detected, and no statement is
// unknown. Its counts stand in the log.
func TestCorpus(t *testing.T) {
	for _, corpus := range []string{"capirca_samples", "aerleon_samples"} {
		files, err := filepath.Glob(filepath.Join(testshared.Dir(t, "corpora", corpus, "out"), "*.pf"))
		if err != nil || len(files) == 0 {
			t.Fatalf("%s: no texts: %v", corpus, err)
		}
		for _, name := range files {
			content, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			if pf.Sniff(content) == 0 {
				t.Errorf("%s is not detected", name)
			}
			doc, err := pf.Parse(device.Input{Source: filepath.Base(name), Content: content})
			if err != nil {
				t.Fatal(err)
			}
			rules, undecided := 0, 0
			for _, r := range doc.Lists[0].Rules {
				if r.Line == 0 {
					continue
				}
				rules++
				if len(r.Unknown) > 0 {
					undecided++
				}
				if strings.Contains(strings.Join(r.Unknown, " "), "not understood") {
					t.Errorf("%s:%d %s: %v", doc.Format, r.Line, r.Text, r.Unknown)
				}
			}
			t.Logf("%s/%s: %d rules, %d undecided", corpus, filepath.Base(name), rules, undecided)
		}
	}
}
