package estate

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/match"
)

// A site is an estate on files of its own, with one ruleset, edge, whose additions
// file is writable, and which is what the device runs.
type site struct {
	*testing.T
	*Estate
	dir string
	// effective and prune are what the ruleset says of its additions.
	effective, prune bool
}

func newSite(t *testing.T, edge, additions string) *site {
	t.Helper()
	s := &site{T: t, dir: t.TempDir(), effective: true}
	s.write("edge.json", edge)
	if additions != "" {
		s.write("additions.json", additions)
	}
	s.reopen(nil)
	return s
}

// reopen reads the files anew, as the next command does.
func (s *site) reopen(addresses map[string][]string) {
	s.Estate = New(Config{
		Rulesets:  map[string]RulesetConfig{"edge": {Path: filepath.Join(s.dir, "edge.json"), Additions: filepath.Join(s.dir, "additions.json"), AdditionsEffective: s.effective, AdditionsPrune: s.prune}},
		Addresses: addresses,
	})
}

func (s *site) write(name, content string) {
	s.Helper()
	if err := os.WriteFile(filepath.Join(s.dir, name), []byte(content), 0o600); err != nil {
		s.Fatal(err)
	}
}

func (s *site) additions() string {
	s.Helper()
	content, err := os.ReadFile(filepath.Join(s.dir, "additions.json"))
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		s.Fatal(err)
	}
	return string(content)
}

// parseFlow makes a flow of "Shop/web 10.0.0.1,10.0.0.2 10.1.0.1 tcp/443 [deny] [override]".
func parseFlow(text string) Flow {
	f := strings.Fields(text)
	application, name, _ := strings.Cut(f[0], "/")
	list := func(i int) []string { return strings.Split(f[i], ",") }
	return Flow{
		Application: application, Name: name, Sources: list(1), Destinations: list(2), Services: list(3),
		Deny: slices.Contains(f[4:], "deny"), OverrideDeny: slices.Contains(f[4:], "override"),
	}
}

func (s *site) assess(isNew bool, text string) *Assessment {
	s.Helper()
	a, err := s.Estate.assess(context.Background(), parseFlow(text), isNew)
	if err != nil {
		s.Fatal(err)
	}
	return a
}

// deliver makes a new flow as it is wanted.
func (s *site) deliver(text string) *Assessment {
	s.Helper()
	a, err := s.Deliver(context.Background(), parseFlow(text), s.assess(true, text))
	if err != nil {
		s.Fatalf("%s: %v", text, err)
	}
	return a
}

// describe tells in one line what is planned: status now → status then, settled or
// why not, and the sources of the rules that are needed.
func describe(a *Assessment) string {
	settled := "settled"
	if !a.Settled {
		settled = "open"
		if a.Unsettled != "" {
			settled += ", " + a.Unsettled
		}
	}
	out := fmt.Sprintf("%s → %s, %s", a.Now.Status, a.Planned.Status, settled)
	for _, r := range a.Needs["edge"] {
		out += fmt.Sprintf("; %s %s", r.Action, r.Traffic)
	}
	return out
}

const webRule = `[{"name": "web", "src_ip": "10.0.0.0/24", "dst_ip": "10.1.0.1", "dst_port": "tcp/443", "action": "permit"}]`

func TestAssess(t *testing.T) {
	for _, c := range []struct {
		name, edge, additions string
		before                string // delivered first
		flow                  string
		fresh, later          string // as a new flow, and as one that was there
	}{
		{"allowed", webRule, "", "", "Shop/web 10.0.0.1 10.1.0.1 tcp/443", "allowed → allowed, settled", ""},
		{"partial", webRule, "", "", "Shop/web 10.0.0.1,10.9.9.9 10.1.0.1 tcp/443", "partial → allowed, open; permit 10.9.9.9 -> 10.1.0.1 tcp/443", ""},
		{"blocked", "[]", "", "", "Shop/web 10.0.0.1 10.1.0.1 tcp/443", "blocked → allowed, open; permit 10.0.0.1 -> 10.1.0.1 tcp/443", ""},
		{"refused", `[{"dst_ip": "10.1.0.0/16", "action": "deny"}]`, "", "", "Shop/web 10.0.0.1 10.1.0.1 tcp/443", "blocked → blocked, open", ""},
		{"override", `[{"dst_ip": "10.1.0.0/16", "action": "deny"}]`, "", "", "Shop/web 10.0.0.1 10.1.0.1 tcp/443 override", "blocked → allowed, open; permit 10.0.0.1 -> 10.1.0.1 tcp/443", ""},
		{"a final deny", `[{"action": "deny"}]`, "", "", "Shop/web 10.0.0.1 10.1.0.1 tcp/443", "blocked → allowed, open; permit 10.0.0.1 -> 10.1.0.1 tcp/443", ""},
		{"deny", webRule, "", "", "Shop/no 10.0.0.1 10.1.0.1 tcp/443 deny", "allowed → blocked, open; deny 10.0.0.1 -> 10.1.0.1 tcp/443", ""},
		{"deny, blocked", "[]", "", "", "Shop/no 10.0.0.1 10.1.0.1 tcp/443 deny", "blocked → blocked, settled", ""},
		{
			"delivered", "[]", "", "Shop/web 10.0.0.1 10.1.0.1 tcp/443", "Shop/web 10.0.0.1 10.1.0.1 tcp/443",
			"allowed → allowed, settled; permit 10.0.0.1 -> 10.1.0.1 tcp/443", "allowed → allowed, settled; permit 10.0.0.1 -> 10.1.0.1 tcp/443",
		},
		{
			"by another flow's rule", "[]", "", "Shop/other 10.0.0.0/24 10.1.0.1 tcp/443", "Shop/web 10.0.0.1 10.1.0.1 tcp/443",
			"allowed → allowed, open, only by rules that other flows own; permit 10.0.0.1 -> 10.1.0.1 tcp/443", "",
		},
		{
			"smaller than its rule", "[]", "", "Shop/web 10.0.0.1,10.0.0.9 10.1.0.1 tcp/443", "Shop/web 10.0.0.1 10.1.0.1 tcp/443",
			"allowed → allowed, open, owns a rule for more than its own traffic; permit 10.0.0.1 -> 10.1.0.1 tcp/443", "",
		},
		{
			"by hand", "[]", `[{"src_ip": "10.0.0.0/8", "action": "permit"}]`, "", "Shop/web 10.0.0.1 10.1.0.1 tcp/443",
			"allowed → allowed, settled", "",
		},
		{
			"denied by hand", webRule, `[{"src_ip": "10.0.0.1", "action": "deny"}]`, "", "Shop/web 10.0.0.1 10.1.0.1 tcp/443",
			"blocked → blocked, open", "",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := newSite(t, c.edge, c.additions)
			if c.before != "" {
				s.deliver(c.before)
			}
			if got := describe(s.assess(true, c.flow)); got != c.fresh {
				t.Errorf("new: %s, want %s", got, c.fresh)
			}
			if c.later == "" {
				c.later = c.fresh
			}
			if got := describe(s.assess(false, c.flow)); got != c.later {
				t.Errorf("later: %s, want %s", got, c.later)
			}
		})
	}
}

// What is planned for a new flow is the same whatever other flows own or do.
func TestAssessNewAlone(t *testing.T) {
	const flow = "Shop/web 10.0.0.1,10.9.9.9 10.1.0.1 tcp/443"
	const byHand = `[{"name": "by hand", "src_ip": "10.9.9.9", "dst_ip": "10.1.0.1", "action": "permit"}]`
	s := newSite(t, webRule, byHand)
	alone := s.assess(true, flow).Planned
	for _, other := range []string{
		"Shop/same 10.0.0.1,10.9.9.9 10.1.0.1 tcp/443", "Shop/wide 10.0.0.0/16 10.1.0.1 tcp/443", "Shop/no 10.8.0.0/16 10.1.0.1 tcp/443 deny",
		"Shop/ssh 10.0.0.1 10.1.0.1 tcp/22", flow,
	} {
		s.deliver(other)
		if got := s.assess(true, flow).Planned; fmt.Sprint(got) != fmt.Sprint(alone) {
			t.Errorf("after %s the plan is\n%+v\nwas\n%+v", other, got, alone)
		}
	}
}

// A name that becomes smaller takes the rule with it.
func TestShrinkingName(t *testing.T) {
	s := newSite(t, "[]", "")
	s.reopen(map[string][]string{"hr": {"10.0.0.1", "10.0.0.9"}})
	const flow = "HR/web hr 10.1.0.1 tcp/443"
	s.deliver(flow)
	s.reopen(map[string][]string{"hr": {"10.0.0.1"}})
	a := s.assess(false, flow)
	if got, want := describe(a), "allowed → allowed, open, owns a rule for more than its own traffic; permit 10.0.0.1 -> 10.1.0.1 tcp/443"; got != want {
		t.Fatalf("%s, want %s", got, want)
	}
	if _, err := s.Deliver(context.Background(), parseFlow(flow), a); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(s.additions(), "10.0.0.9") {
		t.Errorf("the file still permits what the name no longer holds:\n%s", s.additions())
	}
}

// Deliver writes nothing when a ruleset is no longer what was assessed.
func TestDeliverStale(t *testing.T) {
	const flow = "Shop/web 10.0.0.1 10.1.0.1 tcp/443"
	for _, c := range []struct {
		name   string
		change func(*site)
	}{
		{"ruleset", func(s *site) { s.write("edge.json", `[{"dst_ip": "10.1.0.1", "action": "deny"}]`) }},
		{"hand-made rule", func(s *site) {
			s.write("additions.json", `[{"name": "by hand", "dst_ip": "10.1.0.1", "action": "deny"}]`)
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newSite(t, "[]", "[]")
			a := s.assess(true, flow)
			c.change(s)
			before := s.additions()
			if _, err := s.Deliver(context.Background(), parseFlow(flow), a); !errors.Is(err, ErrStale) {
				t.Errorf("%v, want ErrStale", err)
			}
			if got := s.additions(); got != before {
				t.Errorf("something was written:\n%s", got)
			}
		})
	}
	t.Run("rules of other flows", func(t *testing.T) {
		s := newSite(t, "[]", "[]")
		a := s.assess(true, flow)
		s.deliver("Shop/other 10.0.0.2 10.1.0.1 tcp/443")
		if _, err := s.Deliver(context.Background(), parseFlow(flow), a); err != nil {
			t.Error(err)
		}
	})
	t.Run("ruleset gone", func(t *testing.T) {
		s := newSite(t, "[]", "[]")
		a := s.assess(true, flow)
		if err := os.Remove(filepath.Join(s.dir, "edge.json")); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Deliver(context.Background(), parseFlow(flow), a); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("%v", err)
		}
	})
}

// Verify compares what a plan rests on: rulesets the flow no longer crosses do not
// count.
func TestVerify(t *testing.T) {
	a := &Assessment{Digests: map[string]string{"edge": "1", "core": "2"}}
	for _, c := range []struct {
		planned map[string]string
		stale   string
	}{
		{nil, ""},
		{map[string]string{"edge": "1", "core": "2"}, ""},
		{map[string]string{"edge": "0", "core": "2"}, "edge"},
		{map[string]string{"edge": "0", "core": "0"}, "core"},
		{map[string]string{"dmz": "0"}, ""},
	} {
		err := a.Verify(c.planned)
		if (err != nil) != (c.stale != "") || err != nil && (!errors.Is(err, ErrStale) || !strings.Contains(err.Error(), "the ruleset "+c.stale+" changed")) {
			t.Errorf("Verify(%v) is %v, want %q", c.planned, err, c.stale)
		}
	}
}

// Two flows that contradict each other: the one that is not as wanted is told of
// the rule in the way.
func TestDeliverInTheWay(t *testing.T) {
	s := newSite(t, webRule, "[]")
	s.deliver("Shop/no 10.0.0.0/24 10.1.0.1 tcp/443 deny")
	const flow = "Shop/web 10.0.0.1 10.1.0.1 tcp/443"
	a, err := s.Deliver(context.Background(), parseFlow(flow), s.assess(true, flow))
	if !errors.Is(err, ErrUnmet) || !strings.Contains(err.Error(), "deny 10.0.0.0/24 -> 10.1.0.1 tcp/443") {
		t.Errorf("%v", err)
	}
	if a.Now.Status != match.Blocked {
		t.Errorf("what is returned is %s, want the truth", a.Now.Status)
	}
}

// Flows are delivered and given up by ten at a time, in two processes at once, of
// which this is a model: two estates on the same files.
func TestDeliverConcurrently(t *testing.T) {
	const byHand = "[\n  {\"name\": \"by hand\",  \"dst_ip\": \"10.66.0.1\", \"action\": \"permit\"}\n]\n"
	first := newSite(t, webRule, byHand)
	second := *first
	second.reopen(nil)
	var wg sync.WaitGroup
	work := make(chan func())
	for range 10 {
		wg.Go(func() {
			for job := range work {
				job()
			}
		})
	}
	const flows = 60
	text := func(i int) string { return fmt.Sprintf("Shop/f%d 10.2.0.%d,10.3.0.1 10.1.0.1 tcp/443", i, i/2) }
	for i := range flows {
		s := []*site{first, &second}[i%2]
		work <- func() {
			f := parseFlow(text(i))
			a, err := s.AssessNew(context.Background(), f)
			if err == nil {
				_, err = s.Deliver(context.Background(), f, a)
			}
			if err != nil {
				t.Errorf("%s: %v", f.Owner(), err)
			}
		}
	}
	close(work)
	wg.Wait()
	for i := range flows {
		if got := left(first, text(i)); got != "" {
			t.Errorf("f%d: %s", i, got)
		}
	}
	if n := strings.Count(first.additions(), `"name": "acl-`); n != flows/2 {
		t.Errorf("there are %d rules, want one for each pair of flows", n)
	}
	for i := range flows {
		if err := second.Release(context.Background(), parseFlow(text(i)).Owner()); err != nil {
			t.Error(err)
		}
	}
	if got := first.additions(); got != byHand {
		t.Errorf("after all was given up the file is\n%s\nwant\n%s", got, byHand)
	}
}

// left tells what is left to do for a flow that was delivered.
func left(s *site, text string) string {
	a, err := s.Assess(context.Background(), parseFlow(text))
	switch {
	case err != nil:
		return err.Error()
	case !a.Settled:
		return describe(a)
	}
	return ""
}

// Release leaves alone the rulesets that the flow still crosses.
func TestRelease(t *testing.T) {
	dir := t.TempDir()
	at := func(name string) string { return filepath.Join(dir, name) }
	e := New(Config{Rulesets: map[string]RulesetConfig{
		"edge": {Content: "[]", Additions: at("edge.json")}, "core": {Content: "[]", Additions: at("core.json")}, "lab": {Content: "[]"},
	}})
	f := parseFlow("Shop/web 10.0.0.1 10.1.0.1 tcp/443")
	f.Rulesets = []string{"edge", "core"}
	a, err := e.AssessNew(context.Background(), f)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := e.Deliver(context.Background(), f, a); err != nil {
		t.Fatal(err)
	}
	rules := func(name string) int {
		content, err := os.ReadFile(at(name))
		if err != nil {
			t.Fatal(err)
		}
		return strings.Count(string(content), "Shop/web")
	}
	if err := e.Release(context.Background(), f.Owner(), "core"); err != nil || rules("edge.json") != 0 || rules("core.json") != 1 {
		t.Errorf("%v: %d and %d rules are left, want 0 and 1", err, rules("edge.json"), rules("core.json"))
	}
	if err := e.Release(context.Background(), f.Owner()); err != nil || rules("core.json") != 0 {
		t.Errorf("%v: %d rules are left", err, rules("core.json"))
	}
}

func TestPath(t *testing.T) {
	two := New(Config{Rulesets: map[string]RulesetConfig{"edge": {Content: "[]"}, "core": {Content: "[]"}}})
	one := New(Config{Rulesets: map[string]RulesetConfig{"edge": {Content: "[]"}}})
	for _, c := range []struct {
		e     *Estate
		named []string
		want  string
	}{
		{one, nil, "edge"},
		{one, []string{"edge"}, "edge"},
		{two, []string{"edge", "core"}, "edge core"},
		{two, []string{"core"}, "core"},
		{two, nil, `which rulesets the flow crosses is not known: the provider has "core", "edge"; name those that it crosses in rulesets, in order`},
		{two, []string{"dmz"}, `unknown ruleset "dmz": the provider has "core", "edge"`},
		{two, []string{"edge", "edge"}, `ruleset "edge" is named twice`},
		{New(Config{}), nil, "which rulesets the flow crosses is not known: the provider has none; add one to its rulesets"},
		{New(Config{}), []string{"edge"}, `unknown ruleset "edge": the provider has none`},
	} {
		path, err := c.e.path(c.named)
		var names []string
		for _, rs := range path {
			names = append(names, rs.name)
		}
		got := strings.Join(names, " ")
		if err != nil {
			got = err.Error()
		}
		if got != c.want {
			t.Errorf("path %q is %s, want %s", c.named, got, c.want)
		}
		if err != nil && len(c.named) == 0 && !errors.Is(err, ErrPath) {
			t.Errorf("%v is not ErrPath", err)
		}
	}
}

// A failed write leaves nothing to take back, and so no second error.
func TestRestoreWithoutAWrite(t *testing.T) {
	s := newSite(t, "[]", "")
	if err := os.Symlink(filepath.Join(s.dir, "missing"), filepath.Join(s.dir, "link")); err != nil {
		t.Skip(err)
	}
	s.Estate = New(Config{Rulesets: map[string]RulesetConfig{
		"edge": {Path: filepath.Join(s.dir, "edge.json"), Additions: filepath.Join(s.dir, "link", "additions.json")},
	}})
	f := parseFlow("Shop/web 10.0.0.1 10.1.0.1 tcp/443")
	before, err := s.Owners().Holding(f)
	if err != nil {
		t.Fatal(err)
	}
	a, err := s.AssessNew(t.Context(), f)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Deliver(t.Context(), f, a); err == nil || !strings.Contains(err.Error(), "cannot create the directory of the additions file: ") {
		t.Errorf("Deliver: %v", err)
	}
	if err := s.Owners().Restore(t.Context(), f, before); err != nil {
		t.Errorf("Restore: %v", err)
	}
	if err := s.Owners().Restore(t.Context(), f, Holding{"edge": a.Needs["edge"]}); err == nil {
		t.Error("Restore writes to a directory that is not there")
	}
}
