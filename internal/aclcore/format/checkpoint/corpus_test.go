package checkpoint_test

import (
	"os"
	"strings"
	"testing"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/checkpoint"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/parsetest"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/testshared"
)

// TestCorpus reads texts that nobody here wrote: each with security rules is detected,
// and each of their scopes is read. Its counts stand in the log.
func TestCorpus(t *testing.T) {
	isText := func(path string) bool {
		return strings.Contains(path, "/checkpoint/") && strings.HasSuffix(path, "show-access-rulebase.json")
	}
	parsetest.Corpus(t, os.DirFS(testshared.Dir(t, "corpora")), isText, checkpoint.Sniff, checkpoint.Parse)
}
