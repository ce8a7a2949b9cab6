package iptables_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/device"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/iptables"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/testshared"
)

// isCorpus reports whether a file of the shared data is of this format.
func isCorpus(path string) bool {
	return strings.HasSuffix(path, ".ipt") || strings.HasSuffix(path, ".ips") || strings.Contains(path, "grammar/iptables/") ||
		strings.Contains(path, "kernel-oracle/examples") && (strings.HasSuffix(path, "-save") || strings.HasSuffix(path, ".iptables"))
}

// sharedFiles calls each for the files of the shared data.
func sharedFiles(t testing.TB, each func(path string, content []byte)) {
	t.Helper()
	for _, root := range []string{testshared.Dir(t, "corpora"), testshared.Dir(t, "tools", "kernel-oracle", "examples")} {
		err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			content, err := os.ReadFile(path)
			if err == nil {
				each(path, content)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

var (
	verdictLine   = regexp.MustCompile(`^(\[\d+:\d+\] )?(-A|-I|--append|--insert) .*(-j|--jump) (ACCEPT|DROP|REJECT)\b`)
	structureLine = regexp.MustCompile(`^(create .*|add .*|\*\w+|:\S+ .*|COMMIT|-[NP] .*|(\[\d+:\d+\] )?-A .*|--?[a-z-]+( .*)?|-h)$`)
)

// TestCorpus reads texts that nobody here wrote. Every line that decides is a rule or
// indeterminate, every other is structure; the table of counts is printed with -v.
func TestCorpus(t *testing.T) {
	files := 0
	t.Logf("%-40s %5s %6s %14s %5s %9s %5s", "file", "lines", "rules", "indeterminate", "notes", "structure", "sniff")
	sharedFiles(t, func(path string, content []byte) {
		if !isCorpus(path) {
			return
		}
		files++
		name := filepath.Base(filepath.Dir(filepath.Dir(path))) + "/" + filepath.Base(path)
		doc, err := iptables.Parse(device.Input{Source: filepath.Base(path), Content: content})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			return
		}
		rules, doubts, notes := lines(doc)
		var counts [4]int
		total := 0
		for i, line := range strings.Split(string(content), "\n") {
			line = strings.TrimSpace(line)
			if line == "" || strings.HasPrefix(line, "#") {
				continue
			}
			total++
			switch {
			case doubts[i+1]:
				counts[1]++
			case rules[i+1]:
				counts[0]++
			case notes[i+1]:
				counts[2]++
			case verdictLine.MatchString(line) && !strings.Contains(path, "unsupported_command"):
				t.Errorf("%s:%d: decides and is no rule: %s", name, i+1, line)
			case structureLine.MatchString(line):
				counts[3]++
			default:
				t.Errorf("%s:%d: neither rule nor structure: %s", name, i+1, line)
			}
		}
		score := iptables.Sniff(content)
		if score < 90 && !strings.HasSuffix(path, ".ips") {
			t.Errorf("%s: Sniff = %d", name, score)
		}
		t.Logf("%-40s %5d %6d %14d %5d %9d %5d", name, total, counts[0], counts[1], counts[2], counts[3], score)
	})
	if files == 0 {
		t.Error("no texts of this format")
	}
}

// lines returns the lines that became rules, that became indeterminate rules, and
// that were noted.
func lines(doc *device.Document) (rules, doubts, notes map[int]bool) {
	rules, doubts, notes = make(map[int]bool), make(map[int]bool), make(map[int]bool)
	for _, l := range doc.Lists {
		for _, r := range l.Rules {
			rules[r.Line] = true
			doubts[r.Line] = doubts[r.Line] || len(r.Unknown) > 0
		}
	}
	for _, n := range doc.Notes {
		notes[n.Line] = true
	}
	return rules, doubts, notes
}

// TestSniffOthers holds the texts of other formats against this one.
func TestSniffOthers(t *testing.T) {
	sharedFiles(t, func(path string, content []byte) {
		if score := iptables.Sniff(content); !isCorpus(path) && score > 0 && filepath.Ext(path) != ".md" {
			t.Errorf("%s: Sniff = %d", path, score)
		}
	})
}
