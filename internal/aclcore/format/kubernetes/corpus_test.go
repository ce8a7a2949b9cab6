package kubernetes_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/device"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kubernetes"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/testshared"
)

// TestCorpus reads texts that nobody here wrote: each with security rules is detected,
// and each of their scopes is read. Its counts stand in the log.
func TestCorpus(t *testing.T) {
	root := testshared.Dir(t, "corpora")
	files := 0
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		isText := strings.Contains(path, "/formats/kubernetes/") && (strings.HasSuffix(path, ".yaml") || strings.HasSuffix(path, ".yml"))
		if err != nil || d.IsDir() || !isText {
			return err
		}
		files++
		content, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		name, _ := filepath.Rel(root, path)
		if kubernetes.Sniff(content) == 0 {
			return nil // a manifest of something else
		}
		doc, err := kubernetes.Parse(device.Input{Source: name, Content: content})
		contexts := []string{""}
		if err != nil && strings.Contains(err.Error(), "set context to one of ") {
			_, list, _ := strings.Cut(err.Error(), "set context to one of ")
			contexts = strings.Split(list, ", ")
		} else if err != nil {
			t.Errorf("%v", err)
			return nil
		}
		for _, context := range contexts {
			if context != "" {
				if doc, err = kubernetes.Parse(device.Input{Source: name, Content: content, Context: context}); err != nil {
					t.Errorf("%s: %v", context, err)
					continue
				}
			}
			rules, undecided := 0, 0
			for _, l := range doc.Lists {
				for _, r := range l.Rules {
					rules++
					if len(r.Unknown) > 0 {
						undecided++
					}
				}
			}
			t.Logf("%s %s: %d lines, %d rules, %d undecided, %d notes", name, context, strings.Count(string(content), "\n"), rules, undecided, len(doc.Notes))
		}
		return nil
	})
	if err != nil || files == 0 {
		t.Fatalf("%d texts: %v", files, err)
	}
}
