package parsetest

import (
	"io/fs"
	"strings"
	"testing"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/device"
)

// Corpus reads the texts of a file system that nobody here wrote: each is detected, and
// each of its contexts is read. Counts stand in the log.
func Corpus(t *testing.T, corpus fs.FS, isText func(path string) bool, sniff func([]byte) int, parse Parse) {
	t.Helper()
	files := 0
	err := fs.WalkDir(corpus, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !isText("/"+path) {
			return err
		}
		files++
		content, err := fs.ReadFile(corpus, path)
		if err != nil {
			return err
		}
		if sniff(content) == 0 {
			t.Errorf("%s is not detected", path)
		}
		for _, context := range contexts(t, path, content, parse) {
			doc, err := parse(device.Input{Source: path, Content: content, Context: context})
			if err != nil {
				t.Errorf("%s: %v", context, err)
				continue
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
			t.Logf("%s %s: %d lines, %d rules, %d undecided, %d notes", path, context, strings.Count(string(content), "\n"), rules, undecided, len(doc.Notes))
		}
		return nil
	})
	if err != nil || files == 0 {
		t.Fatalf("%d texts: %v", files, err)
	}
}

// contexts returns the contexts of a text, "" where it needs none.
func contexts(t *testing.T, path string, content []byte, parse Parse) []string {
	_, err := parse(device.Input{Source: path, Content: content})
	if err == nil {
		return []string{""}
	}
	_, list, ok := strings.Cut(err.Error(), "set context to one of ")
	if !ok {
		t.Errorf("%v", err)
		return nil
	}
	return strings.Split(list, ", ")
}
