package report

import (
	"cmp"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/visible"
)

// pageData is the JSON that the script of the page reads. Each text in it can only be
// read, see [plain].
type pageData struct {
	Gravities []string   `json:"gravities"`
	Flows     []pageFlow `json:"flows"`
	Rules     []pageRule `json:"rules"`
}

type pageFlow struct {
	Application string `json:"application"`
	Name        string `json:"name"`
	// Gravity is an index into Gravities, Label what is shown of it.
	Gravity      int          `json:"gravity"`
	Label        string       `json:"label"`
	Wanted       string       `json:"wanted"`
	Status       string       `json:"status"`
	Change       string       `json:"change,omitempty"`
	Sources      []string     `json:"sources"`
	Destinations []string     `json:"destinations"`
	Services     []string     `json:"services"`
	Comment      string       `json:"comment,omitempty"`
	Why          string       `json:"why"`
	Path         []Crossing   `json:"path,omitempty"`
	Rules        []pageUse    `json:"rules,omitempty"`
	Missing      []Missing    `json:"missing,omitempty"`
	Violations   []Violation  `json:"violations,omitempty"`
	Changes      []pageChange `json:"changes,omitempty"`
	Managed      []string     `json:"managed,omitempty"`
}

// A pageUse is a rule that decides a flow: its index, and what it does.
type pageUse struct {
	Rule   int    `json:"rule"`
	Action string `json:"action"`
}

type pageChange struct {
	Ruleset string `json:"ruleset,omitempty"`
	Text    string `json:"text"`
}

type pageRule struct {
	Ruleset string     `json:"ruleset"`
	Name    string     `json:"name"`
	Lines   []pageLine `json:"lines,omitempty"`
}

type pageLine struct {
	Number int    `json:"number"`
	Text   string `json:"text"`
	Hit    bool   `json:"hit,omitempty"`
}

func newPageData(flows []listed, texts map[string]string) pageData {
	d := pageData{Flows: []pageFlow{}, Rules: []pageRule{}}
	for g := gravityDenied; g <= gravityFine; g++ {
		d.Gravities = append(d.Gravities, g.String())
	}
	index := newRuleIndex(flows, texts)
	for _, l := range flows {
		d.Flows = append(d.Flows, newPageFlow(l, index))
	}
	d.Rules = append(d.Rules, index.rules...)
	return d
}

func newPageFlow(l listed, index *ruleIndex) pageFlow {
	f := pageFlow{
		Application: plain(l.application), Name: plain(l.Name), Gravity: int(l.gravity), Label: l.label(),
		Wanted: l.Wanted.String(), Status: cmp.Or(l.Status.String(), "not known yet"), Change: l.Change,
		Sources: plains(l.Sources), Destinations: plains(l.Destinations), Services: plains(l.Services),
		Comment: plain(l.Comment), Why: plain(l.ruleText()), Managed: plains(l.Managed),
	}
	for _, c := range l.Path {
		shown := Crossing{From: plain(c.From), To: plain(c.To)}
		for _, h := range c.Hops {
			shown.Hops = append(shown.Hops, Hop{plain(h.Device), plain(h.In), plain(h.Out), plains(h.Lists)})
		}
		f.Path = append(f.Path, shown)
	}
	for _, r := range l.Rules {
		if use := (pageUse{index.of(r), plain(r.Action)}); !slices.Contains(f.Rules, use) {
			f.Rules = append(f.Rules, use)
		}
	}
	var changes []change
	for _, m := range l.Missing {
		f.Missing = append(f.Missing, Missing{
			Ruleset: plain(m.Ruleset), From: plain(m.From), To: plain(m.To), Sources: plains(m.Sources), Destinations: plains(m.Destinations), Services: plains(m.Services),
			Translated: plain(m.Translated), BlockedBy: plain(m.BlockedBy), Reason: plain(m.Reason),
		})
		if m.Change != "" && !l.denied() {
			changes = addChange(changes, m)
		}
	}
	for _, c := range changes {
		f.Changes = append(f.Changes, pageChange{plain(c.ruleset), visible.Lines(strings.Join(c.texts, "\n"))})
	}
	for _, v := range l.Violations {
		f.Violations = append(f.Violations, Violation{Policy: plain(v.Policy), Severity: plain(v.Severity), Message: plain(v.Message), Exception: plain(v.Exception)})
	}
	return f
}

// label is the status as a reader sees it: of a flow that is as required the verdict.
func (l listed) label() string {
	if l.gravity == gravityFine {
		return cmp.Or(l.Status.String(), l.gravity.String())
	}
	return l.gravity.String()
}

// ruleText is the rule that decides, or is in the way, and of a denied flow the policy.
func (l listed) ruleText() string {
	if l.gravity == gravityDenied {
		v := l.open()[slices.IndexFunc(l.open(), func(v Violation) bool { return v.Severity == severityDeny })]
		return "policy " + v.Policy + ": " + v.Message
	}
	return l.because()
}

// plain shows s so that it can only be read.
func plain(s string) string { return visible.Text(s) }

func plains(texts []string) []string {
	out := make([]string, len(texts))
	for i, t := range texts {
		out[i] = plain(t)
	}
	return out
}

// place is how rules of a file are referred to: its name and a line.
var place = regexp.MustCompile(`^(\S.*?):([0-9]+)(?: |$)`)

// fileOf is what a rule's reference begins with: the file of its line, else its first
// word.
func fileOf(name string) string {
	if at := place.FindStringSubmatch(name); at != nil {
		return at[1]
	}
	word, _, _ := strings.Cut(name, " ")
	return strings.TrimSuffix(word, ":")
}

// A ruleIndex numbers the rules that decide flows. A rule in a file is known by its
// line, however a verdict names it.
type ruleIndex struct {
	rules  []pageRule
	number map[string]int
	// rulesets are names of rulesets by file, where a gap tells both; "" where a file
	// has several.
	rulesets map[string]string
	texts    map[string][]string
}

func newRuleIndex(flows []listed, texts map[string]string) *ruleIndex {
	x := &ruleIndex{number: map[string]int{}, rulesets: map[string]string{}, texts: map[string][]string{}}
	for name, text := range texts {
		x.texts[name] = strings.Split(text, "\n")
	}
	for _, l := range flows {
		for _, r := range l.Rules {
			if r.Ruleset == "" {
				continue
			}
			file := fileOf(r.Name)
			if name, known := x.rulesets[file]; known && name != r.Ruleset {
				x.rulesets[file] = ""
			} else {
				x.rulesets[file] = r.Ruleset
			}
		}
	}
	return x
}

// of returns the number of a rule.
func (x *ruleIndex) of(r Rule) int {
	key, ruleset := r.Ruleset+"\x00"+r.Name, r.Ruleset
	at := place.FindStringSubmatch(r.Name)
	if at != nil {
		key = at[1] + ":" + at[2]
	}
	file := fileOf(r.Name)
	ruleset = cmp.Or(ruleset, x.rulesets[file], file)
	i, known := x.number[key]
	if !known {
		i = len(x.rules)
		x.number[key] = i
		x.rules = append(x.rules, pageRule{Ruleset: plain(cmp.Or(ruleset, "other")), Name: plain(r.Name)})
		if at != nil {
			line, _ := strconv.Atoi(at[2])
			x.rules[i].Lines = x.around(at[1], line)
		}
	}
	return i
}

// shownAround is how many lines before and after a rule are shown.
const shownAround = 2

// around returns the lines around one of a file; none where the text of the file is not
// there, or several files may be meant.
func (x *ruleIndex) around(file string, line int) []pageLine {
	lines, exact := x.texts[file]
	if !exact {
		for name, text := range x.texts {
			if path.Base(name) != file && !strings.HasSuffix(name, "/"+file) {
				continue
			}
			if lines != nil {
				return nil
			}
			lines = text
		}
	}
	if line < 1 || line > len(lines) {
		return nil
	}
	var out []pageLine
	for n := max(1, line-shownAround); n <= min(len(lines), line+shownAround); n++ {
		out = append(out, pageLine{n, plain(strings.TrimRight(lines[n-1], "\r")), n == line})
	}
	return out
}
