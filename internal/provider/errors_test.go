package provider

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/terraformtest"
)

// TestAccErrors plans testdata/errors/*.txtar, configurations as they are written by
// mistake, and compares what is printed with the golden file of the same name. Each
// begins with what is wrong with it.
func TestAccErrors(t *testing.T) {
	terraformtest.Need(t)
	cases, err := filepath.Glob("testdata/errors/*.txtar")
	if err != nil || len(cases) < 20 {
		t.Fatalf("%d cases, want at least 20: %v", len(cases), err)
	}
	for _, path := range cases {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".txtar"), func(t *testing.T) {
			t.Parallel()
			text, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			w := newWorkspace(t, string(text))
			out := w.Plan(1)
			if i := strings.IndexFunc(out, func(r rune) bool { return r < ' ' && r != '\n' || r == 0x7f }); i >= 0 {
				t.Errorf("a control character is printed: %s", strconv.Quote(out[max(0, i-40):min(len(out), i+40)]))
			}
			got := strings.TrimSpace(string(txtar.Parse(text).Comment)) + "\n\n" + strings.TrimSpace(out) + "\n"
			terraformtest.Golden(t, strings.TrimSuffix(path, ".txtar")+".golden", got, *updateFlag)
		})
	}
}
