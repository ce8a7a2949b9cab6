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

// HasDevice runs every testdata/device/*.txtar of the package under test: texts that are
// odd, each with what a device does, so that a reader that is wrong is told from one that
// is not sure. The first file of an archive, base, is a text with a line "@@", in whose
// place each of the others is put. Those end in questions,
//
//	? LIST from ZONE to ZONE: SOURCES -> DESTINATIONS SERVICES; applications a,b; users c
//	device: allowed, blocked or partial, or not known
//	reader: VERDICT
//
// where zones, applications and users may be left out. A line "context: NAME" chooses one
// of several firewalls. The reader has to say what the device does, or
// indeterminate, or to refuse the text; where it is not known what the device does, it may
// not decide. -update rewrites the lines of the reader and never those of the device.
func HasDevice(t *testing.T, parse Parse, write Write) {
	t.Helper()
	files, err := filepath.Glob("testdata/device/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no testdata/device/*.txtar: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			archive, err := txtar.ParseFile(file)
			if err != nil || len(archive.Files) < 2 || archive.Files[0].Name != "base" {
				t.Fatalf("%v: is no archive with a base and cases", err)
			}
			for i := range archive.Files[1:] {
				f := &archive.Files[i+1]
				t.Run(f.Name, func(t *testing.T) {
					f.Data = []byte(oneOfDevice(t, parse, string(archive.Files[0].Data), string(f.Data)))
				})
			}
			if *update {
				if err := write(file, txtar.Format(archive), 0o644); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}

// DeviceTexts returns the texts of the cases of [HasDevice], to begin a fuzz target with.
func DeviceTexts(t testing.TB) [][]byte {
	t.Helper()
	files, err := filepath.Glob("testdata/device/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no testdata/device/*.txtar: %v", err)
	}
	var out [][]byte
	for _, file := range files {
		archive, err := txtar.ParseFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range archive.Files[1:] {
			text, _, _ := strings.Cut("\n"+string(f.Data), "\n? ")
			text, _, _ = cutContext(strings.TrimPrefix(text, "\n"))
			out = append(out, []byte(inPlace(string(archive.Files[0].Data), text)))
		}
	}
	return out
}

// inPlace puts the text of a case into the base.
func inPlace(base, text string) string { return strings.Replace(base, "@@\n", text+"\n", 1) }

// oneOfDevice runs a case and returns it with the reader's answers.
func oneOfDevice(t *testing.T, parse Parse, base, text string) string {
	t.Helper()
	text, asked, _ := strings.Cut("\n"+text, "\n? ")
	text, context, _ := cutContext(strings.TrimPrefix(text, "\n"))
	out := text
	if context != "" {
		out = "context: " + context + "\n" + text
	}
	doc, err := parse(device.Input{Source: "fw", Context: context, Content: []byte(inPlace(base, text))})
	if err != nil && !strings.HasPrefix(err.Error(), "fw:") {
		t.Errorf("the error does not say where: %v", err)
	}
	for q := range strings.SplitSeq(asked, "\n? ") {
		question, rest, _ := strings.Cut(q, "\ndevice: ")
		truth, reader, ok := strings.Cut(strings.TrimSuffix(rest, "\n"), "\nreader: ")
		if !ok && !*update {
			t.Errorf("%s: is no question", q)
		}
		got := ""
		if err != nil {
			got = "error " + err.Error()
		} else {
			got = verdictOf(t, doc, question)
			if got != "indeterminate" && got != noList && got != truth {
				t.Errorf("? %s\nis %s, and the device says %s", question, got, truth)
			}
		}
		if got != reader && !*update {
			t.Errorf("? %s\nis %s, want %s", question, got, reader)
		}
		out += fmt.Sprintf("\n? %s\ndevice: %s\nreader: %s", question, truth, got)
	}
	return out + "\n"
}

// noList is the answer of a reader that found no firewall in the text.
const noList = "no list"

// cutContext takes the line "context: NAME" off a text that begins with it.
func cutContext(text string) (rest, context string, ok bool) {
	if rest, ok = strings.CutPrefix(text, "context: "); !ok {
		return text, "", false
	}
	context, rest, _ = strings.Cut(rest, "\n")
	return rest, context, true
}

// verdictOf answers a question of a case.
func verdictOf(t *testing.T, doc *device.Document, question string) string {
	t.Helper()
	parts := strings.Split(question, "; ")
	name, flow, _ := strings.Cut(parts[0], ": ")
	name, zones, _ := strings.Cut(name, " from ")
	from, to, _ := strings.Cut(zones, " to ")
	list := Find(doc, name)
	if list == nil {
		return noList
	}
	q := match.Request{Region: Region(t, flow), Want: rule.Permit, SourceZone: from, DestinationZone: to}
	for _, p := range parts[1:] {
		kind, names, _ := strings.Cut(p, " ")
		switch kind {
		case "applications":
			q.Applications = strings.Split(names, ",")
		case "users":
			q.Users = strings.Split(names, ",")
		default:
			t.Fatalf("%q in a question", p)
		}
	}
	rs := list.Ruleset()
	rs.Source, rs.Format = "fw", doc.Format
	return match.Check([]match.Matcher{match.New(rs)}, q).Verdict.String()
}

// BrokenLines breaks each line of the cases of [HasDevice] in two, as a terminal does, and
// fails if the flow of the question is allowed then and was not before. XML and braces,
// which mean the same on several lines, are left out, and what a pager has broken already.
func BrokenLines(t *testing.T, parse Parse, q Question) {
	t.Helper()
	broken := make(map[string]bool)
	for _, text := range DeviceTexts(t) {
		doc, err := parse(device.Input{Source: "whole", Content: text})
		if err != nil || strings.HasPrefix(string(text), "<") || strings.Contains(string(text), " {\n") || strings.Contains(string(text), "--More--") || q.Verdict(t, doc) == match.Allowed {
			continue
		}
		rows := strings.SplitAfter(string(text), "\n")
		for i, row := range rows {
			around := strings.Join(rows[max(i-1, 0):min(i+2, len(rows))], "")
			if broken[around] {
				continue // the same lines in another text
			}
			broken[around] = true
			halves := row[:len(row)/2] + "\n" + row[len(row)/2:]
			doc, err := parse(device.Input{Source: "broken", Content: []byte(strings.Join(rows[:i], "") + halves + strings.Join(rows[i+1:], ""))})
			if err == nil && q.Verdict(t, doc) == match.Allowed {
				t.Errorf("%q allows %s in\n%s", halves, q.Flow, text)
			}
		}
	}
	if len(broken) == 0 {
		t.Error("no line was broken")
	}
}
