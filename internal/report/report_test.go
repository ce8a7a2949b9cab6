package report

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/match"
)

var update = flag.Bool("update", false, "write the golden files")

// golden compares got with testdata/name.
func golden(t *testing.T, name, got string) {
	t.Helper()
	file := filepath.Join("testdata", name)
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
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
		t.Errorf("%s differs (go test -update writes it):\n%s", file, got)
	}
}

type object = map[string]any

func words(w ...string) []any {
	out := make([]any, len(w))
	for i := range w {
		out[i] = w[i]
	}
	return out
}

func decision(action, rule string) any {
	return object{"ruleset": "edge", "rule": rule, "action": action, "sources": words("10.0.0.1"), "destinations": words("10.0.0.2"), "services": words("tcp/80")}
}

func missing(by, change string) any {
	return object{"ruleset": "edge", "sources": words("10.0.0.1"), "destinations": words("10.0.0.2"), "services": words("tcp/80"), "blocked_by": by, "reason": "no rule permits it", "change": change}
}

func found(status string, more object) object {
	o := object{"status": status, "missing": []any{}, "decisions": []any{}, "managed_rules": []any{}}
	for k, v := range more {
		o[k] = v
	}
	return o
}

func application(name string, flows, results object) object {
	return object{"name": name, "flows": flows, "results": results}
}

// estate has a flow in each state.
func estate() any {
	return object{
		"shop": application("Shop", object{
			"web":  object{"comment": "customers"},
			"ssh":  object{},
			"db":   object{},
			"ntp":  object{},
			"bad":  object{"action": "deny"},
			"good": object{"action": "deny"},
		}, object{
			"web": found("allowed", object{"decisions": []any{decision("permit", "web")}, "violations": []any{
				object{"policy": "no-plain-text", "severity": "deny", "message": "tcp/80 is not encrypted", "sources": words("10.0.0.1"), "destinations": words("10.0.0.2"), "services": words("tcp/80")},
				object{"policy": "owner", "severity": "review", "message": "the application has no owner", "sources": []any{}, "destinations": []any{}, "services": []any{}},
				object{"policy": "wide", "severity": "notify", "message": "more than 256 addresses", "exception": "until the move"},
			}}),
			"ssh":  found("blocked", object{"missing": []any{missing("edge.cfg:9 deny ip any any", "permit tcp host 10.0.0.1 host 10.0.0.2 eq 80")}, "decisions": []any{decision("deny", "all")}}),
			"db":   found("partial", object{"missing": []any{missing("edge.cfg:9 deny ip any any", "")}, "decisions": []any{decision("permit", "db"), decision("deny", "all")}}),
			"ntp":  found("indeterminate", object{"decisions": []any{decision("indeterminate", "night")}}),
			"bad":  found("allowed", object{"decisions": []any{decision("permit", "all")}}),
			"good": found("blocked", object{"decisions": []any{decision("deny", "all")}}),
		}),
		"flow": object{
			"name": "mail", "application": "Office", "status": "allowed", "managed_rules": words("access-list x extended permit tcp any any eq 25"),
			"decisions": []any{decision("permit", "ours")},
		},
	}
}

func read(t *testing.T, v any) []Application {
	t.Helper()
	a, err := Read(v)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func TestMarkdown(t *testing.T) { golden(t, "estate.md", Markdown(read(t, estate()), nil, Findings{})) }

func TestJSON(t *testing.T) {
	got, err := JSON(read(t, estate()))
	if err != nil || !json.Valid([]byte(got)) {
		t.Fatal(got, err)
	}
	golden(t, "estate.json", got)
}

func TestSARIF(t *testing.T) {
	inventory := "{\n  \"applications\": [\n    {\n      \"app_name\": \"Shop\",\n      \"app_flows\": {\n        \"ssh\": {},\n        \"db\": {}\n      }\n    }\n  ]\n}\n"
	at, err := Locate("inventory.json", inventory)
	if err != nil {
		t.Fatal(err)
	}
	if at["Shop/ssh"].Line != 6 || at["Shop/db"].Line != 7 {
		t.Errorf("located at %v", at)
	}
	got, err := SARIF(read(t, estate()), at, Findings{}, "")
	if err != nil || !json.Valid([]byte(got)) {
		t.Fatal(got, err)
	}
	golden(t, "estate.sarif", got)
}

// What goes to one ruleset stands apart from what goes to another, and a condition
// stands before the rule that has it.
func TestFlowSection(t *testing.T) {
	gap := func(ruleset, reason, change string) Missing {
		return Missing{
			Ruleset: ruleset, Sources: []string{"10.0.0.1"}, Destinations: []string{"10.0.0.2"}, Services: []string{"tcp/80"},
			BlockedBy: ruleset + ":9 a rule", Reason: reason, Change: change,
		}
	}
	f := Flow{Name: "web", Wanted: match.Allowed, Status: match.Blocked, Missing: []Missing{
		gap("edge", "denied by this rule", "permit one"), gap("core", "indeterminate: time-range NIGHT", "permit two"), gap("edge", "denied by this rule", "permit three"),
	}}
	want := `
<details><summary>❌ <b>blocked</b>, required allowed: <code>Shop/web</code></summary>

| ruleset | traffic | in the way |
| --- | --- | --- |
| ~edge~ | ~10.0.0.1 → 10.0.0.2 tcp/80~ | ~edge:9 a rule~ |
| ~core~ | ~10.0.0.1 → 10.0.0.2 tcp/80~ | ~time-range NIGHT~: ~core:9 a rule~ |
| ~edge~ | ~10.0.0.1 → 10.0.0.2 tcp/80~ | ~edge:9 a rule~ |

The change that would close the gap in ~edge~:

~~~text
permit one
permit three
~~~

The change that would close the gap in ~core~:

~~~text
permit two
~~~

</details>
`
	if got := strings.ReplaceAll(flowSection(listed{"Shop", f, f.gravity()}), "`", "~"); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// A plan promises the wanted status; the rules that decide tell otherwise.
func TestReadSeesThroughPlannedStatus(t *testing.T) {
	for _, tt := range []struct {
		name, action, status string
		decisions            []any
		want                 string
	}{
		{"drifted", "permit", "allowed", []any{decision("deny", "all")}, "blocked"},
		{"partly", "permit", "allowed", []any{decision("permit", "a"), decision("deny", "all")}, "partial"},
		{"undecidable", "permit", "allowed", []any{decision("permit", "a"), decision("indeterminate", "b")}, "indeterminate"},
		{"true", "permit", "allowed", []any{decision("permit", "a")}, "allowed"},
		{"deny open", "deny", "blocked", []any{decision("permit", "a")}, "allowed"},
		{"deny true", "deny", "blocked", []any{decision("deny", "a")}, "blocked"},
		{"deny partly", "deny", "blocked", []any{decision("deny", "a"), decision("permit", "b")}, "partial"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			a := read(t, []any{application("A", object{"f": object{"action": tt.action}}, object{"f": found(tt.status, object{"decisions": tt.decisions})})})
			f := a[0].Flows[0]
			if f.Status.String() != tt.want || f.AsIs != (tt.status == tt.want) || f.AsIs != (len(f.Missing) == 0) {
				t.Errorf("got %s, as wanted %t, %d missing; want %s", f.Status, f.AsIs, len(f.Missing), tt.want)
			}
		})
	}
}

// What policies say counts for whether a flow is as wanted: a denied one is not
// although it is allowed, and one that has expired wants nothing.
func TestReadCountsPolicies(t *testing.T) {
	violation := func(policy, severity, exception string) object {
		return object{"policy": policy, "severity": severity, "message": "no", "exception": exception}
	}
	for _, tt := range []struct {
		name, status, decided string
		violation             object
		asIs                  bool
		state                 string
	}{
		{"denied", "allowed", "permit", violation("pci", "deny", ""), false, "denied by policy"},
		{"denied and blocked", "blocked", "deny", violation("pci", "deny", ""), false, "denied by policy"},
		{"excepted", "allowed", "permit", violation("pci", "deny", "agreed"), true, "to note"},
		{"review", "allowed", "permit", violation("pci", "review", ""), true, "to review"},
		{"review of a gap", "blocked", "deny", violation("pci", "review", ""), false, "blocked"},
		{"expired", "blocked", "deny", violation("expires", "notify", ""), true, "to note"},
	} {
		a := read(t, []any{application("A", object{"f": object{}}, object{"f": found(tt.status, object{
			"decisions": []any{decision(tt.decided, "r")}, "violations": []any{tt.violation}, "missing": []any{missing("r", "permit tcp any any")},
		})})})
		f := a[0].Flows[0]
		if f.AsIs != tt.asIs || f.gravity().String() != tt.state || f.expired() && len(f.Missing) > 0 {
			t.Errorf("%s: as wanted %t, state %s, %d missing", tt.name, f.AsIs, f.gravity(), len(f.Missing))
		}
		md := Markdown(a, nil, Findings{})
		if !strings.Contains(md, "A/f") {
			t.Errorf("%s is not told of:\n%s", tt.name, md)
		}
		if proposed := strings.Contains(md, "permit tcp any any"); proposed == (f.denied() || f.expired()) {
			t.Errorf("%s: the change is proposed: %t", tt.name, proposed)
		}
	}
}

func TestReadRefuses(t *testing.T) {
	for _, v := range []any{nil, "x", []any{"x"}, object{"a": "x"}, []any{object{"name": "n"}}} {
		if a, err := Read(v); err == nil {
			t.Errorf("%v was read as %v", v, a)
		}
	}
}

var hostile = []string{
	"<script>alert(1)</script>", "a|b|c", "`code`", "```\nfence", "@everyone", "[x](http://example.com)", "![x](y)", "\x1b[31mred\x1b[0m",
	"line\nbreak\r\n# heading", "\u202egnp.exe", "zero\u200bwidth", "\"]:::blocked; click a0 href \"x\"", "</summary></details><h1>", "-->", "%%{init: {}}%%", "end", "#quot;", "##[debug]x", "::add-mask::10", "##vso[task.complete]", strings.Repeat("x", 5000),
}

// Nothing that a user can write breaks out of where it is shown.
func TestHostileText(t *testing.T) {
	var all []Application
	for i, h := range hostile {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			a := read(t, []any{application(h, object{h: object{"comment": h}}, object{h: found("blocked", object{
				"missing":       []any{object{"ruleset": h, "sources": words(h), "destinations": words(h), "services": words(h), "translated": h, "blocked_by": h, "reason": h, "change": h}},
				"managed_rules": words(h),
				"violations":    []any{object{"policy": h, "severity": h, "message": h, "sources": words(h), "destinations": words(h), "services": words(h), "exception": h}},
			})})})
			md := Markdown(a, nil, Findings{})
			checkMarkdown(t, md)
			for _, command := range []string{"##[", "::add-mask", "##vso["} {
				if strings.Contains(md, command) {
					t.Errorf("%s is left in the report", command)
				}
			}
			for _, write := range []func() (string, error){
				func() (string, error) { return JSON(a) },
				func() (string, error) { return SARIF(a, map[string]Location{h + "/" + h: {h, 1}}, Findings{}, "") },
			} {
				if text, err := write(); err != nil || !json.Valid([]byte(text)) {
					t.Errorf("no JSON: %v\n%s", err, text)
				}
			}
			all = append(all, a...)
		})
	}
	golden(t, "hostile.md", Markdown(all, nil, Findings{}))
}

// markup is every tag that the report writes itself.
var markup = regexp.MustCompile(`</?(details|summary|b|code)>|<br/>|<U\+[0-9A-F]{4,}>`)

func checkMarkdown(t *testing.T, md string) {
	t.Helper()
	fence, cells, opened, closed := "", 0, 0, 0
	for n, line := range strings.Split(md, "\n") {
		for _, r := range line {
			if unicode.Is(unicode.C, r) {
				t.Errorf("line %d holds U+%04X: %q", n+1, r, line)
			}
		}
		switch {
		case fence != "":
			if line == fence {
				fence = ""
			}
			continue
		case strings.HasPrefix(line, "```"):
			fence = strings.TrimRight(line, "abcdefghijklmnopqrstuvwxyz")
			continue
		case strings.HasPrefix(line, "| ---"):
			cells = strings.Count(line, "|")
		case strings.HasPrefix(line, "|") && cells > 0:
			if got := strings.Count(strings.ReplaceAll(line, `\|`, ""), "|"); got != cells {
				t.Errorf("line %d has %d bars, the table has %d: %q", n+1, got, cells, line)
			}
		case line == "":
			cells = 0
		}
		opened += strings.Count(strings.Split(line, "`")[0], "<details>")
		closed += strings.Count(strings.Split(line, "`")[0], "</details>")
		plain := regexp.MustCompile("`[^`]*`").ReplaceAllString(line, "")
		if rest := markup.ReplaceAllString(plain, ""); strings.ContainsAny(rest, "<>@") {
			t.Errorf("line %d has markup of a user: %q", n+1, line)
		}
	}
	if fence != "" {
		t.Error("a fence stays open")
	}
	if opened != 1 || closed != 1 {
		t.Errorf("%d details are opened, %d closed, want 1", opened, closed)
	}
}

// The comment of a pull request holds 65,536 characters, and a graph of hundreds of
// nodes cannot be read.
func TestMarkdownIsBounded(t *testing.T) {
	var all []any
	for a := range 10 {
		flows, results := object{}, object{}
		for f := range 100 {
			name := fmt.Sprintf("flow-%03d", f)
			flows[name] = object{"comment": strings.Repeat("why ", 50)}
			results[name] = found("blocked", object{"missing": []any{missing(strings.Repeat("deny ip any any ", 10), strings.Repeat("permit ", 40))}})
		}
		all = append(all, application(fmt.Sprintf("app-%02d", a), flows, results))
	}
	md := Markdown(read(t, all), nil, Findings{})
	if len(md) > 65_536-1000 {
		t.Errorf("the report has %d bytes", len(md))
	}
	if !strings.Contains(md, "more flows, left out for length") {
		t.Error("what is left out is not said")
	}

	// Names that take many bytes in the tables.
	all = nil
	for a := range 200 {
		name := fmt.Sprintf("%03d ", a) + strings.Repeat("🔥", 200)
		all = append(all, application(name, object{}, object{name: found("blocked", nil)}))
	}
	if md := Markdown(read(t, all), nil, Findings{}); len(md) > 65_536-1000 {
		t.Errorf("with long names the report has %d bytes", len(md))
	} else if !regexp.MustCompile(`… and \d+ more flows`).MatchString(md) {
		t.Error("what the table leaves out is not said")
	}
}
