package pf_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/enginetest"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/rendertest"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/pf"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/match"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
)

// apply makes a change where its comment says.
func apply(t *testing.T, text string, changes []string) string {
	t.Helper()
	rows := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	added := make(map[int]string) // before the row of that index
	for _, c := range changes {
		place, lines, _ := strings.Cut(c, "\n")
		at := len(rows)
		var line int
		if n, _ := fmt.Sscanf(place, "# before line %d", &line); n == 1 {
			at = line - 1
		} else if n, _ := fmt.Sscanf(place, "# after line %d", &line); n == 1 {
			at = line
		}
		added[at] += lines + "\n"
	}
	var b strings.Builder
	for i := range len(rows) + 1 {
		b.WriteString(added[i])
		if i < len(rows) {
			b.WriteString(rows[i] + "\n")
		}
	}
	return b.String()
}

// insertion asks drawn rules for drawn traffic, makes the changes, and fails unless the
// traffic is as wanted then and nothing else has changed.
func insertion(t *testing.T, dice enginetest.Dice) {
	t.Helper()
	_, text := draw(t, dice)
	wanted := enginetest.DrawProduct(dice)
	if !sayable(wanted) {
		return
	}
	base := read(t, "block all\n"+text, pf.ListIn)
	answer := rendertest.AskBetween(base, wanted, rule.Action(dice.IntN(2)), "em0", "em1")
	changes, err := answer.Changes(func(in rule.Insertion) (string, error) { return pf.Write(pf.ListIn, in) })
	if err != nil && slices.ContainsFunc(answer.Missing, func(m match.Missing) bool { return !sayable(m.Product) }) {
		return // it says that it cannot
	}
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	after := apply(t, "block all\n"+text, changes)
	answer.Prove(t, read(t, after, pf.ListIn), packets(), after)
}

func TestWrite(t *testing.T) {
	dice := rand.New(rand.NewPCG(3, 4))
	for range 60 {
		insertion(t, dice)
	}
}

func FuzzWrite(f *testing.F) {
	f.Add([]byte("drawn rules, and what they are asked for"))
	f.Fuzz(func(t *testing.T, data []byte) {
		dice := enginetest.Bytes(data)
		insertion(t, &dice)
	})
}

// TestWriteRefusals: what pf cannot say, and where no rule can come.
func TestWriteRefusals(t *testing.T) {
	base := read(t, "anchor \"x\" {\nblock all\n}\n", pf.ListIn)
	at := slices.IndexFunc(base.Rules, func(r rule.Rule) bool { return r.Action == rule.Deny })
	for _, tt := range []struct {
		list, want string
		in         rule.Insertion
	}{
		{"forward", "the lists are in and out", rule.Insertion{}},
		{"in", "where no rule can come before it", rule.Insertion{Base: base, Before: at}},
	} {
		if got, err := pf.Write(tt.list, tt.in); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %q, %v; want %s", tt.list, got, err, tt.want)
		}
	}
}
