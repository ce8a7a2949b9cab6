package estate

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/tools/txtar"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format"
)

// TestAudits runs testdata/audits/*.txtar: what is found out about the rules of a text,
// and how they are taken out.
//
// An archive is named after its format. Its comment has the options acl=LIST and
// asof=DAY, in one line each, and flow=SOURCE DESTINATION SERVICE for each flow that is
// declared. Its files are "before", the text, "after", the text as the
// device has it once all commands are typed and what is to be edited by hand is edited,
// written by hand, and "findings", which -update rewrites: the line, the kind, what covers
// the rule, the reason, and the commands.
//
// The text after has to do the same as the one before, but for the excess of unused rules,
// and has nothing left to take out.
func TestAudits(t *testing.T) {
	files, err := filepath.Glob("testdata/audits/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no cases: %v", err)
	}
	seen, unused := map[string]bool{}, map[string]bool{}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".txtar")
		formatName, _, _ := strings.Cut(name, "-")
		seen[formatName], unused[formatName] = true, unused[formatName] || strings.Contains(name, "-unused")
		t.Run(name, func(t *testing.T) { auditFile(t, file, formatName) })
	}
	for _, name := range format.Names {
		if !seen[name] || !unused[name] {
			t.Errorf("no audit of the format %s is tested, or none that takes out unused rules", name)
		}
	}
}

func auditFile(t *testing.T, file, formatName string) {
	archive, err := txtar.ParseFile(file)
	if err != nil {
		t.Fatal(err)
	}
	c, asOf, flows := RulesetConfig{Format: formatName}, time.Time{}, []Flow(nil)
	for line := range strings.Lines(string(archive.Comment)) {
		switch key, value, _ := strings.Cut(strings.TrimSpace(line), "="); key {
		case "acl":
			c.ACL = value
		case "asof":
			if asOf, err = time.Parse(time.DateOnly, value); err != nil {
				t.Fatal(err)
			}
		case "flow":
			ends := strings.Fields(value)
			flows = append(flows, Flow{Name: fmt.Sprint(len(flows)), Sources: ends[:1], Destinations: ends[1:2], Services: ends[2:]})
		}
	}
	text := func(name string) string {
		i := slices.IndexFunc(archive.Files, func(f txtar.File) bool { return f.Name == name })
		if i < 0 {
			return ""
		}
		return string(archive.Files[i].Data)
	}
	audit := func(content string) *Audit {
		c := c
		c.Content = content
		found, err := New(Config{Rulesets: map[string]RulesetConfig{"fw": c}}).Audit(AuditQuestion{Everything: true, AsOf: asOf, Flows: flows, Declared: len(flows) > 0})
		if err != nil {
			t.Fatal(err)
		}
		return found
	}
	got, findings := "", audit(text("before")).Findings
	for _, f := range findings {
		got += fmt.Sprintf("%d %s %s", f.Line, f.Kind, f.Rule)
		if len(f.CoveredBy) > 0 {
			got += " by " + strings.Join(f.CoveredBy, " and ")
		}
		if f.Reason != "" {
			got += ": " + f.Reason
		}
		got += "\n"
		for _, command := range f.Remove {
			got += "  " + command + "\n"
		}
	}
	if want := text("findings"); got != want {
		if *updateChanges {
			i := slices.IndexFunc(archive.Files, func(f txtar.File) bool { return f.Name == "findings" })
			if i < 0 {
				i = len(archive.Files)
				archive.Files = append(archive.Files, txtar.File{Name: "findings"})
			}
			archive.Files[i].Data = []byte(got)
			if err := os.WriteFile(file, txtar.Format(archive), 0o644); err != nil {
				t.Fatal(err)
			}
		} else {
			t.Errorf("got\n%s\nwant\n%s", got, want)
		}
	}
	for _, f := range audit(text("after")).Findings {
		if slices.Contains([]string{"shadowed", "redundant", "unused", "expired", "disabled"}, f.Kind) && !strings.Contains(f.Reason, "writes the default action out") {
			t.Errorf("after: %s of line %d: %s", f.Kind, f.Line, f.Rule)
		}
	}
	if strings.Contains(got, "expired") {
		return // what has expired is undecidable, so that it is not the same without
	}
	before, after := c, c
	before.Content, after.Content = text("before"), text("after")
	d, err := New(Config{}).Diff(DiffSide{Text: &before}, DiffSide{Text: &after})
	if err != nil {
		t.Fatal(err)
	}
	if closed, want := closings(d), unusedTraffic(findings); !slices.Equal(closed, want) || len(d.Opened) > 0 || d.Cut || d.Same != (len(want) == 0) {
		t.Errorf("without the rules closed is %q, and the excess of those that are unused %q: opened %+v", closed, want, d.Opened)
	}
}

// closings writes what is closed, or perhaps, with the line of the rule that permitted it.
func closings(d *Diff) (out []string) {
	for _, e := range slices.Concat(d.Closed, d.Uncertain) {
		_, rest, _ := strings.Cut(e.Before, ":")
		line, _, _ := strings.Cut(rest, " ")
		out = append(out, fmt.Sprint(line, " ", e.Sources, e.Destinations, e.Services, e.SourceZones, e.DestinationZones))
	}
	slices.Sort(out)
	return out
}

// unusedTraffic writes the excess of unused rules that may go.
func unusedTraffic(findings []AuditFinding) (out []string) {
	for _, f := range findings {
		if f.Kind == "unused" {
			for _, x := range f.Excess {
				out = append(out, fmt.Sprint(f.Line, " ", x.Sources, x.Destinations, x.Services, x.SourceZones, x.DestinationZones))
			}
		}
	}
	slices.Sort(out)
	return out
}
