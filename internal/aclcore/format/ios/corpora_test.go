package ios_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/device"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/ios"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/testshared"
)

// corpora are directories of the shared data, the dialect of the files in them,
// and which files those are.
var corpora = []struct {
	dir     string
	dialect ios.Dialect
	file    *regexp.Regexp
}{
	{"batfish/grammar/cisco", ios.IOS, regexp.MustCompile(``)},
	{"batfish/grammar/vendor/arista", ios.IOS, regexp.MustCompile(``)},
	{"batfish/grammar/vendor/cisco_nxos", ios.NXOS, regexp.MustCompile(``)},
	{"batfish/grammar/cisco_xr", ios.XR, regexp.MustCompile(``)},
	{"ntc-templates/cisco_ios", ios.IOS, regexp.MustCompile(`\.raw$`)},
	{"ntc-templates/arista_eos", ios.IOS, regexp.MustCompile(`\.raw$`)},
	{"ntc-templates/cisco_nxos", ios.NXOS, regexp.MustCompile(`\.raw$`)},
	{"capirca_samples/out", ios.IOS, regexp.MustCompile(`\.(acl|bacl|eacl)$`)},
	{"capirca_samples/out", ios.NXOS, regexp.MustCompile(`\.nxacl$`)},
	{"capirca_samples/out", ios.XR, regexp.MustCompile(`\.xacl$`)},
	{"aerleon_samples/out", ios.IOS, regexp.MustCompile(`\.(acl|bacl|eacl)$`)},
	{"aerleon_samples/out", ios.NXOS, regexp.MustCompile(`\.nxacl$`)},
	{"aerleon_samples/out", ios.XR, regexp.MustCompile(`\.xacl$`)},
}

var (
	entryLine = regexp.MustCompile(`(?i)^\s*(access-list \S+ |ipv[46] access-list \S+ |no )?(extended |sequence )?(\d+ +)?(sequence \d+ )?(permit|deny|dynamic|evaluate)\b`)
	// structure is every other line of these files that may say something about a
	// list.
	structure = regexp.MustCompile(`(?i)^\s*(!|$|exit|end|(\d+ +)?remark |no (ip|ipv4|ipv6) access-list|(no )?(statistics|counters) per-entry|fragment-rules|fragments |ignore routable|object-group|hostname|interface|current configuration|building configuration|configuration of partition|(standard |extended )?(ip|ipv4|ipv6) access[- ]list|access-list \d+ remark|ipv[46] access-list \S+ remark)`)
)

// TestCorpora parses real and generated files, and accounts for each of their
// lines: a rule, an indeterminate rule, a note, or structure.
func TestCorpora(t *testing.T) {
	root := testshared.Dir(t, "corpora")
	t.Logf("%-62s %6s %6s %6s %6s %6s %6s", "file", "lines", "lists", "rules", "indet.", "notes", "other")
	for _, c := range corpora {
		err := filepath.WalkDir(filepath.Join(root, c.dir), func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || !c.file.MatchString(path) {
				return err
			}
			account(t, root, path, c.dialect)
			return nil
		})
		if err != nil {
			t.Error(err)
		}
	}
}

func account(t *testing.T, root, path string, d ios.Dialect) {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	name := strings.TrimPrefix(path, root+"/")
	doc, err := ios.Parse(d, device.Input{Source: filepath.Base(path), Content: content})
	if err != nil {
		t.Errorf("%s: %v", name, err)
		return
	}
	rules, unknown, told := 0, 0, make(map[int]string)
	for _, l := range doc.Lists {
		for _, r := range l.Rules {
			rules++
			if len(r.Unknown) > 0 {
				unknown++
			}
			told[r.Line] = "rule"
		}
	}
	for _, n := range doc.Notes {
		told[n.Line] = "note"
	}
	lines, other := 0, 0
	inGroup := false
	for i, text := range strings.Split(strings.TrimRight(string(content), "\n"), "\n") {
		text = strings.TrimRight(text, "\r ")
		lines++
		if trimmed := strings.TrimSpace(text); trimmed != "" && trimmed[0] != '!' && text[0] != ' ' {
			inGroup = strings.Contains(strings.ToLower(text), "object-group") || strings.Contains(text, "object group")
		}
		switch {
		case told[i+1] != "":
		case entryLine.MatchString(text) && !inGroup:
			t.Errorf("%s:%d: %q is neither a rule nor a note", name, i+1, text)
		default:
			other++
			if !structure.MatchString(text) && !inGroup {
				t.Logf("%s:%d: read as no part of a list: %q", name, i+1, text)
			}
		}
	}
	t.Logf("%-62s %6d %6d %6d %6d %6d %6d", shorten(name, 62), lines, len(doc.Lists), rules, unknown, len(doc.Notes), other)
}

func shorten(name string, n int) string {
	if len(name) > n {
		return "…" + name[len(name)-n+1:]
	}
	return name
}
