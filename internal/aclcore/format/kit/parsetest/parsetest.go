// Package parsetest runs behaviour cases of parsers: a text, questions about it, and
// the answers.
package parsetest

import (
	"flag"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/device"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/flow"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/match"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
)

var update = flag.Bool("update", false, "rewrite the answers in testdata")

// Run runs every testdata/*.txtar of the package under test. An archive holds the
// text to parse as its first file; a line "context: NAME" above it chooses one of
// several firewalls in the text. It holds any of
//
//   - questions: lines "? LIST: SOURCES -> DESTINATIONS SERVICES", or with zones
//     "? LIST from ZONE to ZONE: …" or "? LIST to ZONE: …", each followed by the verdict and, indented, the
//     parts of the traffic with what decides them; after a line "replies: not asked" the
//     questions are about the packet alone that opens a connection,
//   - lists: the lists with their other names,
//   - rules: every list with its rules,
//   - notes: what was not understood outside of lists,
//   - topology: contexts, interfaces, bindings, routes and translations,
//   - error: the error of Parse; the other files are then absent.
//
// With -update the answers are rewritten. write is os.WriteFile, which only a test
// may import here.
func Run(t *testing.T, parse Parse, write Write) {
	t.Helper()
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no testdata/*.txtar: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) { runFile(t, file, parse, write) })
	}
}

// Parse is the parser under test.
type Parse func(device.Input) (*device.Document, error)

// Write writes a file, as os.WriteFile does.
type Write func(name string, data []byte, perm fs.FileMode) error

func runFile(t *testing.T, file string, parse Parse, write Write) {
	t.Helper()
	archive, err := txtar.ParseFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if len(archive.Files) < 2 {
		t.Fatalf("%s holds no text to parse and no answers", file)
	}
	input := archive.Files[0]
	doc, err := parse(device.Input{Source: input.Name, Content: input.Data, Context: contextOf(archive)})
	if err == nil {
		Translations(t, doc)
	}
	for i := range archive.Files[1:] {
		f := &archive.Files[i+1]
		got := ""
		switch {
		case f.Name == "error":
			if err == nil {
				t.Errorf("no error, want one")
				continue
			}
			got = err.Error() + "\n"
		case err != nil:
			t.Fatalf("Parse: %v", err)
		case f.Name == "questions":
			got = answer(t, doc, input.Name, string(f.Data))
		case f.Name == "lists":
			got = lists(doc)
		case f.Name == "rules":
			got = rules(doc)
		case f.Name == "notes":
			for _, n := range doc.Notes {
				got += fmt.Sprintf("%d %s: %s\n", n.Line, n.Text, n.Reason)
			}
		case f.Name == "topology":
			got = topology(doc)
		default:
			t.Fatalf("%s: unknown file %q", file, f.Name)
		}
		if want := string(f.Data); got != want && !*update {
			t.Errorf("%s:\n%s\nwant:\n%s", f.Name, got, want)
		}
		f.Data = []byte(got)
	}
	if *update {
		if err := write(file, txtar.Format(archive), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// contextOf returns the NAME of a line "context: NAME" of the archive's comment.
func contextOf(archive *txtar.Archive) string {
	for line := range strings.Lines(string(archive.Comment)) {
		if name, ok := strings.CutPrefix(line, "context: "); ok {
			return strings.TrimSpace(name)
		}
	}
	return ""
}

func lists(doc *device.Document) string {
	var b strings.Builder
	for _, l := range doc.Lists {
		fmt.Fprintf(&b, "%s: %s\n", l.Name, strings.Join(l.Aliases, ", "))
	}
	return b.String()
}

func rules(doc *device.Document) string {
	var b strings.Builder
	for _, l := range doc.Lists {
		fmt.Fprintf(&b, "%s (default %s)\n", l.Name, l.Default)
		for i := range l.Rules {
			r := &l.Rules[i]
			fmt.Fprintf(&b, "\t%d %q %s: %s %s\n", r.Line, r.Name, r.Text, r.Action, r.Traffic)
			for _, reason := range r.Unknown {
				fmt.Fprintf(&b, "\t\t? %s\n", reason)
			}
		}
	}
	return b.String()
}

// withoutReplies stands before questions about the packet alone that opens a connection.
const withoutReplies = "replies: not asked"

// answer repeats the questions with their answers.
func answer(t *testing.T, doc *device.Document, source, questions string) string {
	t.Helper()
	var b strings.Builder
	oneWay := false
	for line := range strings.Lines(questions) {
		line = strings.TrimRight(line, "\n")
		if strings.HasPrefix(line, "#") || line == withoutReplies {
			fmt.Fprintln(&b, line)
			oneWay = oneWay || line == withoutReplies
		}
		text, ok := strings.CutPrefix(line, "? ")
		if !ok {
			continue
		}
		name, question, _ := strings.Cut(text, ": ")
		name, zones, _ := strings.Cut(name, " from ")
		from, to, _ := strings.Cut(zones, " to ")
		list := Find(doc, name)
		if before, zone, ok := strings.Cut(name, " to "); ok && list == nil {
			list, to = Find(doc, before), zone
		}
		if list == nil {
			t.Fatalf("no list %q in %s", name, lists(doc))
		}
		rs := list.Ruleset()
		rs.Name, rs.Source, rs.Format = "test", source, doc.Format
		rs.Stateless = rs.Stateless && !oneWay
		x := match.New(rs)
		region := Region(t, question)
		if rs.Host {
			region = region.WithSelf()
		}
		finding := match.Check([]match.Matcher{x}, match.Request{Region: region, Want: rule.Permit, SourceZone: from, DestinationZone: to})
		fmt.Fprintf(&b, "%s\n%s\n", line, finding.Verdict)
		for _, p := range x.Match(match.Question{Products: region.Possible, SourceZone: from, DestinationZone: to}).Parts {
			fmt.Fprintf(&b, "\t%s %s: %s", p.Outcome, p.Product, x.Describe(p.Rule, p.Return))
			if p.Return {
				b.WriteString(" (replies)")
			}
			if p.Reason != "" {
				fmt.Fprintf(&b, " (%s)", p.Reason)
			}
			b.WriteString("\n")
		}
	}
	return b.String()
}

// Describe writes rules as "ACTION SOURCES -> DESTINATIONS SERVICES [from ZONES]
// [STATE] [? REASON; …]", apart by " | ", or "-" where there are none.
func Describe(rules []rule.Rule) string {
	if len(rules) == 0 {
		return "-"
	}
	texts := make([]string, len(rules))
	for i, r := range rules {
		text := fmt.Sprintf("%s %s", r.Action, r.Traffic)
		if len(r.SourceZones) > 0 {
			text += " from " + strings.Join(r.SourceZones, " ")
		}
		text += map[rule.State]string{rule.New: " new", rule.Established: " established"}[r.State]
		if len(r.Unknown) > 0 {
			text += " ? " + strings.Join(r.Unknown, "; ")
		}
		texts[i] = text
	}
	return strings.Join(texts, " | ")
}

// Find returns the list that a name or another name selects, nil if there is none.
func Find(doc *device.Document, name string) *device.List {
	for i := range doc.Lists {
		if l := &doc.Lists[i]; l.Name == name || slices.Contains(l.Aliases, name) {
			return l
		}
	}
	return nil
}

// Region reads "SOURCES -> DESTINATIONS SERVICES", each a list with commas.
func Region(t testing.TB, text string) flow.Region {
	t.Helper()
	names, err := flow.NewNames(nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	sources, rest, ok := strings.Cut(text, " -> ")
	destinations, services, ok2 := strings.Cut(rest, " ")
	if !ok || !ok2 {
		t.Fatalf("%q is no flow", text)
	}
	f, err := flow.New(names, strings.Split(sources, ","), strings.Split(destinations, ","), strings.Split(services, ","))
	if err != nil {
		t.Fatal(err)
	}
	return f.Region()
}
