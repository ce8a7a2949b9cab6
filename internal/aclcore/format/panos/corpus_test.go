package panos_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/parsetest"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/panos"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/testshared"
)

// TestCorpus reads texts that nobody here wrote: each with security rules is detected,
// and each of their scopes is read. Its counts stand in the log.
func TestCorpus(t *testing.T) {
	isText := func(path string) bool {
		return strings.Contains(path, "palo_alto") || strings.Contains(path, "/panos/") && (strings.HasSuffix(path, ".xml") || strings.HasSuffix(path, ".conf")) ||
			strings.Contains(filepath.Base(path), "paloalto") && strings.HasSuffix(path, ".xml")
	}
	parsetest.Corpus(t, os.DirFS(testshared.Dir(t, "corpora")), isText, panos.Sniff, panos.Parse)
}
