package asa_test

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/device"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/asa"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/testshared"
)

// corpusFiles are the texts of this format that nobody here wrote.
func corpusFiles(t testing.TB) map[string][]byte {
	t.Helper()
	root := testshared.Dir(t, "corpora")
	files := make(map[string][]byte)
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.Contains(path, "cisco_asa") && filepath.Ext(path) != ".asa" {
			return err
		}
		content, err := os.ReadFile(path)
		name, _ := filepath.Rel(root, path)
		files[name] = content
		return err
	})
	if err != nil || len(files) == 0 {
		t.Fatalf("no texts in %s: %v", root, err)
	}
	return files
}

var (
	entryLine    = regexp.MustCompile(`^\s*access-list \S+ (?:line (\d+) )?(extended|standard|permit|deny)\b`)
	remarkLine   = regexp.MustCompile(`^\s*access-list \S+ (?:line \d+ )?remark\b`)
	headingLine  = regexp.MustCompile(`^access-list \S+; \d+ elements`)
	inactiveLine = regexp.MustCompile(` inactive( |$)`)
)

// account says what became of each line of the corpus, and fails for a line that
// speaks of filtering and became nothing.
func account(t *testing.T, name string, content []byte, doc *device.Document) (counts [5]int) {
	t.Helper()
	const rules, undecided, expanded, notes, structure = 0, 1, 2, 3, 4
	ruled, doubtful, noted := make(map[int]bool), make(map[int]bool), make(map[int]bool)
	numbers := make(map[string]bool) // "NAME line N" of the rules
	for _, l := range doc.Lists {
		for _, r := range l.Rules {
			ruled[r.Line] = true
			doubtful[r.Line] = doubtful[r.Line] || len(r.Unknown) > 0
			numbers[r.Name] = true
		}
	}
	for _, n := range doc.Notes {
		noted[n.Line] = true
	}
	for i, line := range strings.Split(string(content), "\n") {
		line = strings.TrimRight(line, "\r")
		parts := entryLine.FindStringSubmatch(line)
		switch {
		case doubtful[i+1]:
			counts[undecided]++
		case ruled[i+1]:
			counts[rules]++
		case noted[i+1]:
			counts[notes]++
		case parts == nil && strings.Contains(line, "access-list") && !remarkLine.MatchString(line) && !headingLine.MatchString(line) &&
			!strings.HasPrefix(line, "clear configure access-list"):
			t.Errorf("%s:%d: neither rule nor structure: %s", name, i+1, line)
		case parts == nil || inactiveLine.MatchString(line):
			counts[structure]++
		case parts[1] != "" && numbers[strings.Fields(line)[1]+" line "+parts[1]]:
			counts[expanded]++ // it and its elements are the same entry
		default:
			t.Errorf("%s:%d: no rule for %s", name, i+1, line)
		}
	}
	return counts
}

func TestCorpus(t *testing.T) {
	t.Logf("%-90s %6s %6s %9s %8s %5s %9s %5s", "file", "lines", "rules", "undecided", "expanded", "notes", "structure", "sniff")
	for name, content := range corpusFiles(t) {
		doc, err := asa.Parse(device.Input{Source: name, Content: content})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		c := account(t, name, content, doc)
		score := asa.Sniff(content)
		if score < 80 && !strings.Contains(name, "object-group_network") {
			t.Errorf("%s: Sniff = %d", name, score)
		}
		t.Logf("%-90s %6d %6d %9d %8d %5d %9d %5d", name, bytes.Count(content, []byte("\n")), c[0], c[1], c[2], c[3], c[4], score)
	}
}

// TestSniffOthers holds the texts of other devices against ours: a router must not
// be read with netmasks.
func TestSniffOthers(t *testing.T) {
	ours := corpusFiles(t)
	root := testshared.Dir(t, "corpora")
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		name, _ := filepath.Rel(root, path)
		content, err := os.ReadFile(path)
		if _, is := ours[name]; !is && err == nil {
			if score := asa.Sniff(content); score > 40 {
				t.Errorf("%s: Sniff = %d", name, score)
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
