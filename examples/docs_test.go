package examples_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/terraformtest"
)

var terraformBlock = regexp.MustCompile("(?ms)^```terraform\n(.*?)^```$")

// TestAccGuides plans every block of Terraform code in the guides, and compares
// its outputs with what the comments beside them say.
func TestAccGuides(t *testing.T) {
	guides, err := filepath.Glob("../templates/guides/*.md")
	if err != nil || len(guides) == 0 {
		t.Fatalf("no guides: %v", err)
	}
	for _, path := range guides {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		w := (*workspace)(nil)
		for i, block := range terraformBlock.FindAllStringSubmatch(string(text), -1) {
			if w == nil {
				w = newWorkspace(t, "provider")
			}
			w.Write("block.tf", block[1])
			t.Run(filepath.Base(path), func(t *testing.T) {
				if out := w.Run(0, "fmt", "-check", "-no-color", "block.tf"); out != "" {
					t.Errorf("block %d is not formatted", i+1)
				}
				p := w.plan(2)
				if p.said(t, block[1]) == 0 {
					t.Errorf("block %d shows no output and what it is", i+1)
				}
			})
		}
	}
}

var outputName = regexp.MustCompile(`^output "([^"]+)" \{$`)

// said compares the outputs that a code has a comment on, as in
//
//	value = provider::acl::covers("10.0.0.0/8", "10.1.0.0/16") # true
//
// and returns how many these are.
func (p plan) said(t testing.TB, code string) (n int) {
	t.Helper()
	name := ""
	for line := range strings.Lines(code) {
		line = strings.TrimRight(line, "\n")
		if m := outputName.FindStringSubmatch(line); m != nil {
			name = m[1]
		}
		_, comment, ok := strings.Cut(line, " # ")
		if ok && name != "" && json.Valid([]byte(comment)) {
			p.output(t, name, comment)
			n++
		}
	}
	return n
}

// TestAccReadme compares the blocks of README.md that are marked as a plan with the
// plan of the quickstart. A line with only "…" stands for any lines in between.
func TestAccReadme(t *testing.T) {
	text, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	blocks := regexp.MustCompile("(?ms)^<!-- (plan|drift) -->\n```text\n(.*?)^```$").FindAllStringSubmatch(string(text), -1)
	if len(blocks) != 2 {
		t.Fatalf("README.md has %d blocks under <!-- plan --> and <!-- drift -->, want one of each", len(blocks))
	}
	w := newWorkspace(t, "quickstart")
	if terraformtest.Program.Tofu {
		t.Skip("the README shows what Terraform prints, and OpenTofu prints it a little differently")
	}
	first := w.plan(2)
	shown := map[string]string{"plan": first.text}
	meant := w.override()
	w.paste(meant.change("Payroll", "remote-desktop"), first.change("Billing", "database"))
	w.apply()
	w.Edit("firewall/edge.cfg", first.change("Billing", "database")+"\n", "")
	shown["drift"] = w.plan(2).text
	for _, b := range blocks {
		compareExcerpt(t, "README.md", b[2], shown[b[1]])
	}
}

// TestAccReadmeOwn plans what the README gives to those who have a firewall.
func TestAccReadmeOwn(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	block := regexp.MustCompile("(?ms)^<!-- own -->\n```hcl\n(.*?)^```$").FindSubmatch(text)
	if block == nil {
		t.Fatal("README.md has no block under <!-- own -->")
	}
	firewall, err := os.ReadFile("quickstart/firewall/edge.cfg")
	if err != nil {
		t.Fatal(err)
	}
	w := newWorkspace(t, "quickstart")
	w.Write("main.tf", string(block[1]))
	w.Write("edge.cfg", string(firewall))
	terraformtest.Contains(t, w.plan(2).text, `+ status        = "allowed"`, "inside_in line 5")
}

// compareExcerpt looks for the parts of an excerpt in the text, one after the other.
func compareExcerpt(t *testing.T, page, excerpt, text string) {
	t.Helper()
	rest := text
	for _, part := range regexp.MustCompile(`(?m)^ *…\n`).Split(excerpt, -1) {
		i := strings.Index(rest, part)
		if i < 0 {
			t.Fatalf("%s shows\n%s\nbut the plan is\n%s", page, part, text)
		}
		rest = rest[i+len(part):]
	}
}

var formatRow = regexp.MustCompile(`(?m)^\| ((?:` + "`[a-z_]+`" + `(?:, )?)+) \|.*\| (.*) \|$`)

// TestFormats sees that the pages know every language that can be read, and that
// the README knows in which of them changes are written.
func TestFormats(t *testing.T) {
	for _, path := range []string{"../README.md", "../templates/guides/rulesets.md"} {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		lastColumn := map[string]string{}
		for _, row := range formatRow.FindAllStringSubmatch(string(text), -1) {
			for _, format := range strings.Split(row[1], ", ") {
				lastColumn[strings.Trim(format, "`")] = row[2]
			}
		}
		for _, f := range format.All() {
			change, ok := lastColumn[f.Name]
			if !ok {
				t.Errorf("%s has no row for the format %s", path, f.Name)
				continue
			}
			if strings.HasSuffix(path, "README.md") && (f.Write != nil) == (change == "–") {
				t.Errorf("%s says that a change of %s is %s, but written is %t", path, f.Name, change, f.Write != nil)
			}
		}
	}
}
