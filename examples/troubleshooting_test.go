package examples_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/terraformtest"
)

var (
	troubleRow  = regexp.MustCompile("(?m)^\\| (`.*) \\| .* \\|$")
	quoted      = regexp.MustCompile("`([^`]+)`")
	notOurWords = map[string]bool{
		"Provider produced inconsistent final plan": true, // Terraform's
	}
)

// TestTroubleshooting finds each error of the guide in what the provider is known to
// print, so that people find it there too.
func TestTroubleshooting(t *testing.T) {
	var printed strings.Builder
	for _, dir := range []string{"errors", "plans"} {
		files, err := filepath.Glob("../internal/provider/testdata/" + dir + "/*.golden")
		if err != nil || len(files) == 0 {
			t.Fatalf("no golden files: %v", err)
		}
		for _, file := range files {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			printed.Write(text)
		}
	}
	known := terraformtest.Flatten(printed.String())
	guide, err := os.ReadFile("../templates/guides/troubleshooting.md")
	if err != nil {
		t.Fatal(err)
	}
	rows := troubleRow.FindAllStringSubmatch(string(guide), -1)
	if len(rows) < 15 {
		t.Fatalf("the guide has %d errors", len(rows))
	}
	for _, row := range rows {
		for _, text := range quoted.FindAllStringSubmatch(row[1], -1) {
			for _, part := range strings.Split(text[1], "…") {
				if part = terraformtest.Flatten(part); !notOurWords[part] && !strings.Contains(known, part) {
					t.Errorf("no golden file shows %q", part)
				}
			}
		}
	}
}
