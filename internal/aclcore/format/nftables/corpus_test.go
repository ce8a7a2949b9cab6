package nftables_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/device"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/nftables"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/testshared"
)

// isCorpus reports whether a file of the shared data is of this format.
func isCorpus(path string) bool {
	return strings.HasSuffix(path, ".nft") || strings.HasSuffix(path, ".nft.json")
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
	verdictLine   = regexp.MustCompile(`\b(accept|drop|reject)\b`)
	structureLine = regexp.MustCompile(`^(table|chain|set|map|type|policy|flags|elements|define|comment|\}|10\.)|(jump|goto) \S+$|return$|log prefix "[^"]*"$`)
)

// idle are how many lines of the corpus have a verdict that no packet can come to:
// types of ICMPv6 that open no connection ("ct state new"), chains behind one that
// drops everything, accept at the end of a chain that accepts anyway, what several
// chains say of established connections, empty sets. The kernel agrees with what is
// left, see kerneltest.
var idle = map[string]int{
	"aerleon_samples/sample_nftables-mixed-icmp.nft": 1, "aerleon_samples/sample_nftables-mixed-multiple-headers-combo.nft": 5,
	"aerleon_samples/sample_nftables.nft": 14, "capirca_samples/sample_nftables-mixed-multiple-headers-combo.nft": 3,
	"capirca_samples/sample_nftables.nft": 17, "kernel-oracle/traps.listed.nft": 2, "kernel-oracle/traps.nft": 2,
}

// TestCorpus reads texts that nobody here wrote. Every line that decides is a rule,
// indeterminate, or in a chain that is noted to filter nothing; every other is
// structure. The table of counts is printed with -v.
func TestCorpus(t *testing.T) {
	files := 0
	t.Logf("%-70s %5s %6s %14s %5s %9s %5s %5s", "file", "lines", "rules", "indeterminate", "notes", "structure", "idle", "sniff")
	sharedFiles(t, func(path string, content []byte) {
		if !isCorpus(path) {
			return
		}
		files++
		name := filepath.Base(filepath.Dir(filepath.Dir(path))) + "/" + filepath.Base(path)
		doc, err := nftables.Parse(device.Input{Source: filepath.Base(path), Content: content})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			return
		}
		rules, doubts, notes := lines(doc)
		var counts [5]int
		total, noted := 0, false
		for i, line := range strings.Split(string(content), "\n") {
			line = strings.TrimSpace(line)
			if line == "" || strings.HasPrefix(line, "#") {
				continue
			}
			total++
			if strings.HasPrefix(line, "chain ") {
				noted = notes[i+1]
			}
			switch {
			case doubts[i+1]:
				counts[1]++
			case rules[i+1]:
				counts[0]++
			case noted:
				counts[2]++
			case structureLine.MatchString(line):
				counts[3]++
			case verdictLine.MatchString(line):
				counts[4]++
			default:
				t.Errorf("%s:%d: neither rule nor structure: %s", name, i+1, line)
			}
		}
		score := nftables.Sniff(content)
		if score < 90 {
			t.Errorf("%s: Sniff = %d", name, score)
		}
		if counts[4] != idle[name] {
			t.Errorf("%s: %d lines have a verdict and are no rule, want %d", name, counts[4], idle[name])
		}
		t.Logf("%-70s %5d %6d %14d %5d %9d %5d %5d", name, total, counts[0], counts[1], counts[2], counts[3], counts[4], score)
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
		if score := nftables.Sniff(content); !isCorpus(path) && score > 0 && filepath.Ext(path) != ".md" {
			t.Errorf("%s: Sniff = %d", path, score)
		}
	})
}
