package script

import (
	"fmt"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
)

// Whatever is put and taken, in whatever order: the list has what was put, on top, and all
// of others as it was; and the undo of each step leads back.
func TestLaws(t *testing.T) {
	rounds := 40
	if testing.Short() {
		rounds = 5
	}
	for _, tt := range texts {
		t.Run(tt.format, func(t *testing.T) {
			seed := rand.Uint64()
			r := rand.New(rand.NewPCG(seed, 0))
			l := listOf(t, tt.format, tt.acl, tt.text)
			others := l.Rules
			pool := make([]Rule, 8)
			for i := range pool {
				action := rule.Permit
				if i < 2 {
					action = rule.Deny
				}
				pool[i] = ours(t, i+1, action, hosts(r, "10.0.0"), hosts(r, "10.1.0"), []string{"tcp/443", "tcp/80 udp/53", "udp/1000-2000"}[r.IntN(3)])
			}
			there := map[int]bool{}
			for round := range rounds {
				var put, take []Rule
				var keep []rule.Rule
				next := map[int]bool{}
				for i, our := range pool {
					switch wanted := r.IntN(2) == 0; {
					case r.IntN(2) == 0: // as it is
						if there[i] {
							keep, next[i] = append(keep, our.Rule), true
						}
					case wanted:
						put, next[i] = append(put, our), true
					default:
						take = append(take, our)
					}
				}
				e, err := l.EditFor(put, take, keep)
				if err != nil {
					t.Fatalf("seed %d round %d: %v", seed, round, err)
				}
				s, err := l.Write(e)
				if err != nil && strings.Contains(err.Error(), "resequence") {
					l = listOf(t, tt.format, tt.acl, tt.text) // no number is free any more
					clear(there)
					continue
				}
				if err != nil {
					t.Fatalf("seed %d round %d: %v", seed, round, err)
				}
				if strings.Contains(s.NoUndo, "resequence") || slices.ContainsFunc(s.Touches, func(c string) bool { return strings.Contains(c, "resequence") }) {
					l = listOf(t, tt.format, tt.acl, tt.text)
					clear(there)
					continue
				}
				if s.NoUndo != "" && tt.format != "nftables" {
					t.Fatalf("seed %d round %d: no undo: %s\n%s", seed, round, s.NoUndo, strings.Join(s.Do, "\n"))
				}
				if len(s.Undo) > 0 {
					undone, err := undone(l, s)
					if err != nil {
						t.Fatalf("seed %d round %d: %v\n%s\nin\n%s", seed, round, err, strings.Join(s.Undo, "\n"), s.After.Text)
					}
					if differ(l.Rules, undone.Rules) != "" && differ(strip(t, l, pool), strip(t, undone, pool)) != "" {
						t.Fatalf("seed %d round %d: undone: %s\n%s", seed, round, differ(l.Rules, undone.Rules), strings.Join(s.Undo, "\n"))
					}
				}
				l, there = settled(t, tt.format, tt.acl, s.After), next
				if why := differ(others, strip(t, l, pool)); why != "" {
					t.Fatalf("seed %d round %d: of others %s", seed, round, why)
				}
				for i, our := range pool {
					found, err := l.Find([]rule.Rule{our.Rule})
					if err != nil || len(found.At[0]) > 0 != there[i] || len(found.Parts[0]) > 0 {
						t.Fatalf("seed %d round %d: error %v; %s is at %v, wanted %t\n%s", seed, round, err, our.Name, found.At[0], there[i], l.Text)
					}
				}
			}
		})
	}
}

func hosts(r *rand.Rand, net string) string {
	var out []string
	for range 1 + r.IntN(3) {
		out = append(out, fmt.Sprintf("%s.%d", net, r.IntN(250)))
	}
	slices.Sort(out)
	return strings.Join(slices.Compact(out), " ")
}

// undone is the list after the script with the undo made to its text.
func undone(_ *List, s *Script) (*List, error) {
	text, ok := applied(s.After, s.Undo)
	if !ok {
		return nil, fmt.Errorf("the undo cannot be made to the text")
	}
	return s.After.with(text)
}

// strip returns the list without any of the rules.
func strip(t *testing.T, l *List, pool []Rule) *rule.Ruleset {
	t.Helper()
	var all []rule.Rule
	for _, our := range pool {
		all = append(all, our.Rule)
	}
	found, err := l.Find(all)
	if err != nil {
		t.Fatal(err)
	}
	var gone []int
	for _, at := range found.At {
		gone = append(gone, at...)
	}
	slices.Sort(gone)
	return without(l.Rules, slices.Compact(gone))
}

// applied makes commands to the text of a list.
func applied(l *List, commands []string) (string, bool) {
	if l.format() != "cisco_asa" {
		return format.Apply(l.format(), l.Text, strings.Join(commands, "\n"))
	}
	text := l.Text
	for _, c := range commands { // deletions are not followed by the reader
		if !strings.HasPrefix(c, "no ") {
			text, _ = format.Apply(l.format(), text, c)
			continue
		}
		all, at := lines(text), -1
		for i, line := range all {
			if "no "+numberedEntry.ReplaceAllString(strings.TrimSpace(line), "$1 ") == c {
				at = i + 1
			}
		}
		if at < 0 {
			return "", false
		}
		drop := []int{at}
		for strings.HasPrefix(c, "no object") && at < len(all) && strings.HasPrefix(all[at], " ") {
			at++
			drop = append(drop, at)
		}
		text = withoutLines(text, drop)
	}
	return text, true
}

// settled is the list as a device shows it that has carried out the commands in its text.
func settled(t *testing.T, name, acl string, l *List) *List {
	t.Helper()
	var b strings.Builder
	entries := func(each func(i int, text string) string) {
		for i := range l.Rules.Rules {
			if r := &l.Rules.Rules[i]; r.Line > 0 && r.Text != "" {
				b.WriteString(each(i, r.Text) + "\n")
			}
		}
	}
	switch {
	case name == "iptables":
		b.WriteString("# Generated by iptables-save v1.8.9\n*filter\n:FORWARD DROP [0:0]\n")
		entries(func(_ int, text string) string { return "-A FORWARD " + iptablesRule.FindStringSubmatch(text)[2] })
		b.WriteString("COMMIT\n")
	case name == "nftables":
		b.WriteString("table inet fw { # handle 1\n\tchain forward { # handle 1\n\t\ttype filter hook forward priority filter; policy drop;\n")
		entries(func(i int, text string) string { return fmt.Sprintf("\t\t%s # handle %d", text, i+2) })
		b.WriteString("\t}\n}\n")
	case name == "cisco_asa":
		for _, line := range lines(l.Text) {
			if !strings.HasPrefix(line, "access-list outside_in") {
				b.WriteString(line)
			}
		}
		entries(func(_ int, text string) string { return numberedEntry.ReplaceAllString(text, "$1 ") })
	case strings.HasPrefix(name, "cisco_"):
		b.WriteString(lines(l.Text)[0]) // the command that enters the list
		entries(func(_ int, text string) string { return " " + text })
	default:
		return l
	}
	return listOf(t, name, acl, b.String())
}

var numberedEntry = regexp.MustCompile(`^(access-list \S+) line \d+ `)
