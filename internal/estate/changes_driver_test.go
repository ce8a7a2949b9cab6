package estate

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format"
)

var updateChanges = flag.Bool("update", false, "rewrite the answers in testdata/changes")

// TestChanges runs testdata/changes/*.txtar: a ruleset, questions, and for each the
// verdict, the change that is shown, and the rules that an apply writes.
//
// An archive is named after its format and holds the ruleset as its first file; then
// "additions", if there are some; then "questions": lines
//
//	? OPTIONS: SOURCES -> DESTINATIONS SERVICES
//
// with the options acl=LIST, from=ZONE, to=ZONE, context=NAME, default=ACTION, stateless,
// deny, override; in names _ stands for a blank. Below each question stand, indented, the summary, the change and the rules
// written, or why there is none. -update rewrites them.
//
// Each answer is proven: the change is made to the ruleset as the device would, the
// text is read again, and the flow has to be as wanted; so has it after the rules are
// written, with nothing left to do.
func TestChanges(t *testing.T) {
	files, err := filepath.Glob("testdata/changes/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no cases: %v", err)
	}
	seen, cases := map[string]bool{}, 0
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".txtar")
		formatName, _, _ := strings.Cut(name, "-")
		seen[formatName] = true
		t.Run(name, func(t *testing.T) { cases += changeFile(t, file, formatName) })
	}
	for _, name := range format.Names {
		if !seen[name] {
			t.Errorf("no changes of the format %s are tested", name)
		}
	}
	if cases < 60 {
		t.Errorf("%d cases, want 60 at least", cases)
	}
}

func changeFile(t *testing.T, file, formatName string) (cases int) {
	archive, err := txtar.ParseFile(file)
	if err != nil {
		t.Fatal(err)
	}
	c := changeCase{T: t, format: formatName, text: string(archive.Files[0].Data), source: archive.Files[0].Name}
	for i := range archive.Files[1:] {
		f := &archive.Files[i+1]
		switch f.Name {
		case "additions":
			c.additions = string(f.Data)
		case "questions":
			var got strings.Builder
			for line := range strings.Lines(string(f.Data)) {
				if strings.HasPrefix(line, "? ") {
					cases++
					got.WriteString(line + c.answer(strings.TrimSpace(line[2:])))
				}
			}
			if *updateChanges {
				f.Data = []byte(got.String())
			} else if got.String() != string(f.Data) {
				t.Errorf("got\n%s\nwant\n%s", got.String(), f.Data)
			}
		}
	}
	if *updateChanges {
		if err := os.WriteFile(file, txtar.Format(archive), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return cases
}

// A changeCase answers questions about one ruleset.
type changeCase struct {
	*testing.T
	format, source, text, additions string
}

func (c changeCase) answer(question string) string {
	c.Helper()
	f, config := c.read(question)
	shown := c.shown(question, f, config)
	return indent(shown + c.written(question, f, config))
}

func indent(text string) string {
	return "  " + strings.ReplaceAll(strings.TrimRight(text, "\n"), "\n", "\n  ") + "\n"
}

// read reads a question.
func (c changeCase) read(question string) (f Flow, config RulesetConfig) {
	c.Helper()
	f = Flow{Application: "Shop", Name: "f"}
	config = RulesetConfig{Path: filepath.Join(c.TempDir(), c.source), Format: c.format}
	options, traffic, ok := strings.Cut(" "+question, ": ")
	from, to, arrow := strings.Cut(traffic, " -> ")
	to, services, service := strings.Cut(to, " ")
	if !ok || !arrow || !service {
		c.Fatalf("%q is no question", question)
	}
	f.Sources, f.Destinations, f.Services = strings.Split(from, ","), strings.Split(to, ","), strings.Split(services, ",")
	stateless := true
	for _, o := range strings.Fields(options) {
		switch key, value, _ := strings.Cut(o, "="); key {
		case "acl":
			config.ACL = strings.ReplaceAll(value, "_", " ")
		case "from":
			f.SourceZone = strings.ReplaceAll(value, "_", " ")
		case "to":
			f.DestinationZone = strings.ReplaceAll(value, "_", " ")
		case "context":
			config.Context = value
		case "default":
			config.DefaultAction = value
		case "stateless":
			config.Stateless = &stateless
		case "deny":
			f.Deny = true
		case "override":
			f.OverrideDeny = true
		default:
			c.Fatalf("%s: there is no option %s", question, key)
		}
	}
	return f, config
}

// on returns an estate with the text as its ruleset.
func (c changeCase) on(text string, config RulesetConfig) *Estate {
	c.Helper()
	if err := os.WriteFile(config.Path, []byte(text), 0o600); err != nil {
		c.Fatal(err)
	}
	return New(Config{Rulesets: map[string]RulesetConfig{"edge": config}})
}

// shown tells the verdict and the change, and proves the change.
func (c changeCase) shown(question string, f Flow, config RulesetConfig) string {
	c.Helper()
	found, err := c.on(c.text, config).Match(c.Context(), f)
	if err != nil {
		return "error: " + err.Error() + "\n"
	}
	var changes []string
	whole := true
	for _, m := range found.Missing {
		whole = whole && m.Change != "" && !strings.Contains(m.Change, "(cannot be written as ")
		if m.Change != "" && !slices.Contains(changes, m.Change) {
			changes = append(changes, m.Change)
		}
	}
	out := found.Summary + "\n"
	if len(changes) == 0 {
		return out
	}
	if whole {
		text, err := applyChange(c.format, c.text, changes)
		if err != nil {
			c.Fatalf("%s: the change cannot be made: %v\n%s", question, err, strings.Join(changes, "\n"))
		}
		after, err := c.on(text, config).Match(c.Context(), f)
		if err != nil || !after.Satisfied {
			c.Errorf("%s: after the change it is %s (%v)\n%s", question, after.Summary, err, text)
		}
	}
	return out + "change:\n" + indent(format.Join(c.format, changes))
}

// written tells which rules an apply writes, and proves that they are enough.
func (c changeCase) written(question string, f Flow, config RulesetConfig) string {
	c.Helper()
	config.Additions, config.AdditionsEffective = filepath.Join(filepath.Dir(config.Path), "additions.json"), true
	if c.additions != "" {
		if err := os.WriteFile(config.Additions, []byte(c.additions), 0o600); err != nil {
			c.Fatal(err)
		}
	}
	e := c.on(c.text, config)
	a, err := e.AssessNew(c.Context(), f)
	if err != nil {
		return ""
	}
	if !a.Deliverable {
		return "not written:\n" + a.Unmet() + "\n"
	}
	if _, err := e.Deliver(c.Context(), f, a); err != nil {
		c.Errorf("%s: %v", question, err)
	}
	after, err := c.on(c.text, config).Assess(c.Context(), f)
	if err != nil || !after.Settled || after.Now.Status != f.Wanted() {
		c.Errorf("%s: after the apply it is %s, settled %t (%v)", question, after.Now.Summary, after.Settled, err)
	}
	var out strings.Builder
	for _, r := range a.Needs["edge"] {
		r.Name = ""
		written := r.Rule()
		fmt.Fprintf(&out, "  %s\n", &written)
	}
	if out.Len() == 0 {
		return ""
	}
	return "written:\n" + out.String()
}
