package junos_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/junos"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/parsetest"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/testshared"
)

// TestCorpus reads texts that nobody here wrote: each with security rules is detected,
// and each of their scopes is read. Its counts stand in the log.
func TestCorpus(t *testing.T) {
	isText := func(path string) bool {
		return strings.Contains(path, "/grammar/juniper/") || strings.Contains(path, "/formats/junos/") && filepath.Ext(path) != ".tsv" ||
			strings.HasSuffix(path, ".jcl") || strings.HasSuffix(path, ".srx") || strings.HasSuffix(path, ".evojcl")
	}
	parsetest.Corpus(t, os.DirFS(testshared.Dir(t, "corpora")), isText, junos.Sniff, junos.Parse)
}
