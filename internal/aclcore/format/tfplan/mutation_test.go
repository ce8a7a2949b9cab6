package tfplan_test

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/device"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/tfplan"
)

// TestMutations reads plans in which a few values are others: every rule keeps a line and
// a text, and no value makes the reader stop.
func TestMutations(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no testdata: %v", err)
	}
	dice := rand.New(rand.NewPCG(1, 2))
	words := []string{"null", "true", "[]", "{}", `""`, "0", `"x"`, "[null]", "[true]", `{"a": true}`}
	read := 0
	for _, file := range files {
		content, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		text := txtar.Parse(content).Files[0].Data
		for range 100 {
			mutated := slices.Clone(text)
			for range 1 + dice.IntN(3) {
				from := dice.IntN(len(mutated))
				colon := strings.IndexByte(string(mutated[from:]), ':')
				if colon < 0 {
					continue
				}
				from += colon
				to := from + 1
				for to < len(mutated) && !strings.ContainsRune(",}]", rune(mutated[to])) {
					to++
				}
				mutated = slices.Concat(mutated[:from+1], []byte(words[dice.IntN(len(words))]), mutated[to:])
			}
			doc, err := tfplan.Parse(device.Input{Source: "f", Content: mutated})
			if err != nil {
				continue
			}
			read++
			for _, l := range doc.Lists {
				for i := range l.Rules {
					if r := &l.Rules[i]; r.Line < 1 || r.Text == "" {
						t.Errorf("%s: rule %d %q on line %d", l.Name, i, r.Text, r.Line)
					}
				}
			}
		}
	}
	if read < 10 {
		t.Errorf("%d of the mutated plans are read", read)
	}
}
