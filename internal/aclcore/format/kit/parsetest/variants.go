package parsetest

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/device"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/match"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
)

// place stands in a text where each variant is put.
const place = "@@"

// Variants runs every testdata/variants/*.txtar of the package under test: many small texts
// that differ in one place, as somebody writes them who wants to see the reader fail. An
// archive holds a text with @@ where they differ, "questions" as in [Run], and "variants": one
// in each line, with \n for line breaks, and below it, indented, the error of Parse, or the
// verdict of each question with the reason of what is indeterminate. -update rewrites them.
func Variants(t *testing.T, parse Parse, write Write) {
	t.Helper()
	files, err := filepath.Glob("testdata/variants/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no testdata/variants/*.txtar: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			archive, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if len(archive.Files) != 3 || archive.Files[1].Name != "questions" || archive.Files[2].Name != "variants" || !strings.Contains(string(archive.Files[0].Data), place) {
				t.Fatalf("%s holds no text with %s, questions and variants", file, place)
			}
			got, want := variants(t, archive, parse), string(archive.Files[2].Data)
			if got == want {
				return
			}
			if !*update {
				t.Errorf("%s", firstDifference(got, want))
				return
			}
			archive.Files[2].Data = []byte(got)
			if err := write(file, txtar.Format(archive), 0o644); err != nil {
				t.Fatal(err)
			}
		})
	}
}

func variants(t *testing.T, archive *txtar.Archive, parse Parse) string {
	t.Helper()
	text := archive.Files[0]
	var b strings.Builder
	for line := range strings.Lines(string(archive.Files[2].Data)) {
		line = strings.TrimSuffix(line, "\n")
		if line == "" || strings.HasPrefix(line, "\t") {
			continue
		}
		variant := strings.ReplaceAll(line, `\n`, "\n")
		content := strings.ReplaceAll(strings.TrimSuffix(string(text.Data), "\n"), place, variant) + "\n"
		fmt.Fprintln(&b, line)
		doc, err := parse(device.Input{Source: text.Name, Content: []byte(content)})
		if err != nil {
			fmt.Fprintf(&b, "\terror: %s\n", strings.ReplaceAll(err.Error(), "\n", "\n\t"))
			continue
		}
		Translations(t, doc)
		for question := range strings.Lines(string(archive.Files[1].Data)) {
			fmt.Fprintf(&b, "\t%s\n", briefly(t, doc, strings.TrimPrefix(strings.TrimSuffix(question, "\n"), "? ")))
		}
	}
	return b.String()
}

// briefly answers a question with the verdict, and the reason of the first part that is
// indeterminate.
func briefly(t *testing.T, doc *device.Document, question string) string {
	t.Helper()
	name, flow, _ := strings.Cut(question, ": ")
	name, zones, _ := strings.Cut(name, " from ")
	from, to, _ := strings.Cut(zones, " to ")
	l := Find(doc, name)
	if l == nil {
		return "no list " + name
	}
	rs := l.Ruleset()
	rs.Source, rs.Format = "text", doc.Format
	region := Region(t, flow)
	x := match.New(rs)
	finding := match.Check([]match.Matcher{x}, match.Request{Region: region, Want: rule.Permit, SourceZone: from, DestinationZone: to})
	answer := finding.Verdict.String()
	if finding.Verdict != match.Indeterminate {
		return answer
	}
	for _, p := range x.Match(match.Question{Products: region.Possible, SourceZone: from, DestinationZone: to}).Parts {
		if p.Reason != "" {
			return answer + ": " + p.Reason
		}
	}
	return answer
}

// firstDifference shows where two texts begin to differ, with what leads there.
func firstDifference(got, want string) string {
	a, b := strings.Split(got, "\n"), strings.Split(want, "\n")
	for i := range a {
		if i >= len(b) || a[i] != b[i] {
			wanted := ""
			if i < len(b) {
				wanted = b[i]
			}
			return fmt.Sprintf("%s\n\tgot  %s\n\twant %s", strings.Join(a[max(0, i-2):i], "\n"), a[i], wanted)
		}
	}
	return fmt.Sprintf("wanted more: %s", strings.Join(b[len(a):], "\n"))
}
