package kubernetes_test

import (
	"os"
	"strings"
	"testing"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/device"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/parsetest"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kubernetes"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/testshared"
)

// TestCorpus reads texts that nobody here wrote: each with security rules is detected,
// and each of their scopes is read. Its counts stand in the log.
func TestCorpus(t *testing.T) {
	isText := func(path string) bool {
		return strings.Contains(path, "/formats/kubernetes/") && (strings.HasSuffix(path, ".yaml") || strings.HasSuffix(path, ".yml"))
	}
	parsetest.Corpus(t, os.DirFS(testshared.Dir(t, "corpora")), isText, func([]byte) int { return 1 }, func(in device.Input) (*device.Document, error) {
		if kubernetes.Sniff(in.Content) == 0 {
			return &device.Document{}, nil // a manifest of something else
		}
		return kubernetes.Parse(in)
	})
}
