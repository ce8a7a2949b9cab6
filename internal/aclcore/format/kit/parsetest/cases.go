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

// Cases runs the archives testdata/cases/*.txtar, which hold many small texts. A text NAME
// is followed by the file "NAME?" with questions as [Run] has them about the packet alone
// that opens a connection, each followed by its verdict, "no such list", or the error of
// Parse; a line "context: CONTEXT" may lead them. With -update the verdicts are rewritten.
// write is os.WriteFile, which only a test may import here.
func Cases(t *testing.T, parse Parse, write Write) {
	t.Helper()
	files, err := filepath.Glob("testdata/cases/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no testdata/cases/*.txtar: %v", err)
	}
	for _, file := range files {
		archive, err := txtar.ParseFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for i := 0; i < len(archive.Files); i += 2 {
			text := archive.Files[i]
			if i+1 == len(archive.Files) || archive.Files[i+1].Name != text.Name+"?" {
				t.Fatalf("%s: %s has no questions", file, text.Name)
			}
			asked := &archive.Files[i+1]
			got := verdicts(t, parse, text.Data, string(asked.Data))
			if want := string(asked.Data); got != want && !*update {
				t.Errorf("%s: %s\n%s\n%s\nwant:\n%s", file, text.Name, text.Data, got, want)
			}
			asked.Data = []byte(got)
		}
		if *update {
			if err := write(file, txtar.Format(archive), 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// verdicts repeats the questions with their verdicts.
func verdicts(t *testing.T, parse Parse, text []byte, questions string) string {
	t.Helper()
	var b strings.Builder
	in := device.Input{Source: "text", Content: text}
	for line := range strings.Lines(questions) {
		line = strings.TrimRight(line, "\n")
		switch {
		case strings.HasPrefix(line, "context: "):
			in.Context = strings.TrimPrefix(line, "context: ")
			fmt.Fprintln(&b, line)
		case strings.HasPrefix(line, "? "):
			fmt.Fprintf(&b, "%s\n%s\n", line, verdict(t, parse, in, strings.TrimPrefix(line, "? ")))
		case strings.HasPrefix(line, "#"):
			fmt.Fprintln(&b, line)
		}
	}
	return b.String()
}

func verdict(t *testing.T, parse Parse, in device.Input, question string) string {
	t.Helper()
	doc, err := parse(in)
	if err != nil {
		return "error: " + err.Error()
	}
	name, region, _ := strings.Cut(question, ": ")
	name, zones, _ := strings.Cut(name, " from ")
	from, to, _ := strings.Cut(zones, " to ")
	list := Find(doc, name)
	if list == nil {
		return "no such list"
	}
	rs := list.Ruleset()
	rs.Name, rs.Source, rs.Format, rs.Stateless = "test", in.Source, doc.Format, false
	return match.Check([]match.Matcher{match.New(rs)}, match.Request{Region: Region(t, region), Want: rule.Permit, SourceZone: from, DestinationZone: to}).Verdict.String()
}
