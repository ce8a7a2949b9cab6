package terraformtest

import (
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"
)

var (
	// progress is what Terraform prints while it works, in no particular order.
	progress    = regexp.MustCompile(`(?m)^(Acquiring|Releasing) state lock.*\n|^\S+: (Refreshing state\.\.\.|Reading\.\.\.|Read complete after|Creating\.\.\.|Creation complete after|Modifying\.\.\.|Modifications complete after|Destroying\.\.\.|Destruction complete after|Still ).*\n`)
	devOverride = regexp.MustCompile(`(?s)(│ |╷\n│ |)Warning: Provider development overrides are in effect\n.*?releases\.\n(╵\n)?`)
)

// clean takes away what differs from run to run, and the advice that
// dev_overrides brings.
func (w *Workspace) clean(out string) string {
	out = devOverride.ReplaceAllString(out, "")
	out = progress.ReplaceAllString(out, "")
	return strings.ReplaceAll(out, w.Dir, "$WORK")
}

// Contains tells in one error which of the texts are not there. White space does
// not count, since Terraform wraps lines.
func Contains(t testing.TB, out string, texts ...string) {
	t.Helper()
	flat := Flatten(out)
	for _, text := range texts {
		if !strings.Contains(flat, Flatten(text)) {
			t.Errorf("no %q in\n%s", text, out)
		}
	}
}

// Lacks is the opposite of [Contains].
func Lacks(t testing.TB, out string, texts ...string) {
	t.Helper()
	flat := Flatten(out)
	for _, text := range texts {
		if strings.Contains(flat, Flatten(text)) {
			t.Errorf("%q in\n%s", text, out)
		}
	}
}

// Flatten makes one blank of all white space, and of the bar at the left of
// Terraform's messages.
func Flatten(text string) string {
	return strings.Join(strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(" \n\r│", r) }), " ")
}

// Golden compares what terraform printed with a golden file, or writes that file.
// The texts are Terraform's: with OpenTofu nothing is compared.
func Golden(t testing.TB, file, got string, update bool) {
	t.Helper()
	if Program.Tofu {
		return
	}
	if update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s\n(make test-update rewrites %s)", Difference(string(want), got), file)
	}
}

// Difference shows the first lines that differ, with a few before.
func Difference(want, got string) string {
	w, g := strings.Split(want, "\n"), strings.Split(got, "\n")
	i := 0
	for i < len(w) && i < len(g) && w[i] == g[i] {
		i++
	}
	around := func(lines []string) string {
		return strings.Join(lines[max(0, min(i, len(lines))-4):min(len(lines), i+12)], "\n")
	}
	return fmt.Sprintf("differs from line %d; want\n%s\n--- got\n%s", i+1, around(w), around(g))
}
