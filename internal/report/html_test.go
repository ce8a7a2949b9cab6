package report

import (
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

func page(t *testing.T, a []Application, p Page) string {
	t.Helper()
	html, err := HTML(a, p)
	if err != nil {
		t.Fatal(err)
	}
	return html
}

var ready = "document.body.dataset.ready"

func TestHTML(t *testing.T) {
	html := page(t, read(t, estate()), Page{Title: "Shop & Office", Texts: map[string]string{"fw/edge.cfg": strings.Repeat("! a line\n", 8) + "deny ip any any\n! after\n"}})
	// Style and script stand in files of their own.
	html = strings.NewReplacer(pageStyle, "…", pageScript, "…").Replace(html)
	html = regexp.MustCompile(`sha256-.*?=&#39;`).ReplaceAllString(html, "sha256-…&#39;")
	golden(t, "estate.html", strings.ReplaceAll(html, `{"application":`, "\n"+`{"application":`))
}

// many are applications with so many flows in all, in three states, over two rulesets.
func many(t *testing.T, flows int) []Application {
	t.Helper()
	var all []any
	for a := range 100 {
		declared, results := object{}, object{}
		for f := range flows / 100 {
			name := fmt.Sprintf("flow-%03d", f)
			declared[name] = object{"sources": words(fmt.Sprintf("10.%d.%d.0/24", a, f)), "destinations": words("172.16.0.10"), "services": words("tcp/443")}
			switch f % 4 {
			case 0:
				results[name] = found("blocked", object{"summary": "blocked: denied by edge.cfg:9", "missing": []any{missing("edge.cfg:9 deny ip any any", "permit tcp any any eq 443")}})
			case 1:
				results[name] = found("partial", object{"summary": "partial: denied by core.cfg:7", "missing": []any{object{"ruleset": "core", "blocked_by": "core.cfg:7 deny ip any any", "reason": "denied"}}})
			default:
				results[name] = found("allowed", object{"summary": "allowed by edge.cfg:3 in line 1; core.cfg:4"})
			}
		}
		all = append(all, application(fmt.Sprintf("app-%03d", a), declared, results))
	}
	return read(t, all)
}

// Ten thousand flows open in under three seconds, and can be searched, filtered, sorted
// and unfolded.
func TestHTMLInChromium(t *testing.T) {
	b := newBrowser(t)
	html := page(t, many(t, 10_000), Page{Texts: map[string]string{"firewall/edge.cfg": "one\ntwo\npermit three\nfour\nfive\nsix\n"}})
	took := b.open(html)
	t.Logf("%d bytes open in %v", len(html), took)
	if took > 3*time.Second {
		// The machine may be busy: the best of three counts.
		for range 2 {
			took = min(took, b.open(html))
		}
		if took > 3*time.Second {
			t.Errorf("the page opens in %v", took)
		}
	}
	b.want(ready, "true")
	count := `document.getElementById("count").textContent`
	b.want(count, "10000 of 10000 flows, 100 listed")
	b.want(`document.querySelector("#body td").textContent`, "blocked")

	set := func(id, value, event string) {
		b.eval(fmt.Sprintf(`(() => { const e = document.getElementById(%q); e.value = %q; e.dispatchEvent(new Event(%q)); })()`, id, value, event))
	}
	set("application", "app-007", "change")
	b.want(count, "100 of 10000 flows, 100 listed")
	set("ruleset", "core", "change")
	b.want(count, "75 of 10000 flows, 75 listed")
	set("status", "9", "change")
	b.want(count, "50 of 10000 flows, 50 listed")
	set("search", "10.7.99. tcp/443", "input")
	b.eval(`new Promise((done) => setTimeout(done, 300))`)
	b.want(count, "1 of 10000 flows, 1 listed")

	b.eval(`(document.querySelector("#body button").focus(), document.activeElement.click())`)
	b.want(`document.querySelector("#body button").getAttribute("aria-expanded")`, "true")
	b.want(`document.querySelector(".hit").textContent`, "3  permit three\n")
	b.want(`document.querySelectorAll(".details pre span").length`, "5")

	for _, id := range []string{"application", "ruleset", "status"} {
		set(id, "", "change")
	}
	set("search", "", "input")
	b.eval(`new Promise((done) => setTimeout(done, 300))`)
	sort := `document.querySelector("[data-key=flow]").click()`
	b.eval(sort)
	b.want(`document.querySelector("#body button").textContent`, "app-000/flow-000")
	b.eval(sort)
	b.want(`document.querySelector("#body button").textContent`, "app-099/flow-099")
	b.want(`document.querySelector("[aria-sort]").textContent + document.querySelectorAll("[aria-sort]").length`, "Flow1")
	b.eval(`document.getElementById("more").click()`)
	b.want(`document.querySelectorAll("#body tr").length`, "200")

	b.want(`document.querySelectorAll("#rules details").length`, "2")
	b.eval(`document.querySelector("#rules details").open = true`)
	b.eval(`new Promise((done) => setTimeout(done, 100))`)
	b.eval(`document.querySelector("#rules li button").click()`)
	if got := b.eval(count); !strings.Contains(got, "only those decided by core.cfg:") {
		t.Errorf("filtered by rule: %s", got)
	}
	b.accessible()
	b.alone()
}

// accessible insists on names of controls, and on a page that a narrow screen holds.
func (b *browser) accessible() {
	b.Helper()
	b.want(`[...document.querySelectorAll("input, select")].filter((e) => !e.labels.length).map((e) => e.id).join()`, "")
	b.want(`[...document.querySelectorAll("button")].filter((e) => !e.textContent.trim()).length`, "0")
	b.want(`[...document.querySelectorAll("button, input, select, summary")].filter((e) => e.tabIndex < 0).length`, "0")
	b.call("Emulation.setDeviceMetricsOverride", object{"width": 360, "height": 640, "deviceScaleFactor": 1, "mobile": true}, nil)
	b.want(`document.documentElement.scrollWidth <= 360`, "true")
	b.call("Emulation.clearDeviceMetricsOverride", object{}, nil)
}

// No name becomes markup or a script, and nothing is loaded.
func TestHTMLHostileInChromium(t *testing.T) {
	b := newBrowser(t)
	names := slices.Concat(hostile, []string{
		"</script><script>window.pwned=1</script>", "<!--<script>", "]]>", "<img src=http://192.0.2.1/x onerror=window.pwned=1>", "javascript:window.pwned=1", "__proto__", "constructor",
		`"><svg onload=window.pwned=1>`, "</noscript><img src=http://192.0.2.1/y>", "{{.Title}}", "${1}", "</style><style>*{display:none}</style>", "\u2028\u2029",
	})
	var all []any
	for _, h := range names {
		all = append(all, application("a"+h, object{h: object{"comment": h, "sources": words(h), "destinations": words(h), "services": words(h)}}, object{h: found("blocked", object{
			"summary":    "blocked: denied by " + h,
			"missing":    []any{object{"ruleset": h, "sources": words(h), "destinations": words(h), "services": words(h), "blocked_by": h + ":1 x", "reason": h, "change": h}},
			"violations": []any{object{"policy": h, "severity": "review", "message": h}},
			"path":       []any{object{"from": h, "to": h, "hops": []any{object{"device": h, "in": h, "out": h, "lists": words(h)}}}},
		})}))
	}
	b.open(page(t, read(t, all), Page{Title: strings.Join(names, " "), Texts: map[string]string{hostile[0]: "</script>\n"}}))
	b.want(ready, "true")
	b.want(`document.querySelectorAll("#body tr.flow").length`, strconv.Itoa(len(names)))
	b.eval(`document.querySelectorAll("#body tr.flow button").forEach((e) => e.click())`)
	b.eval(`document.querySelectorAll("#rules details").forEach((e) => { e.open = true; })`)
	b.eval(`new Promise((done) => setTimeout(done, 300))`)
	b.want(`document.querySelectorAll(".details").length`, strconv.Itoa(len(names)))
	b.want(`typeof window.pwned + document.querySelectorAll("img, svg, iframe, link, a, [onerror], [onload]").length + document.scripts.length + document.styleSheets.length`, "undefined021")
	b.alone()

	// What got into the page all the same does not run.
	b.eval(`(() => { const s = document.createElement("script"); s.textContent = "window.pwned = 1"; document.body.append(s); })()`)
	b.eval(`(() => { const i = document.createElement("img"); i.src = "http://192.0.2.1/z"; document.body.append(i); })()`)
	b.eval(`new Promise((done) => setTimeout(done, 200))`)
	b.want(`typeof window.pwned`, "undefined")
	if len(b.complaints) == 0 {
		t.Error("the policy of the page refuses nothing")
	}
}

// The colours of text on its ground have a contrast of 4.5 to 1 (WCAG 2.2, 1.4.3).
func TestHTMLContrast(t *testing.T) {
	rule := regexp.MustCompile(`color: (#[0-9a-f]{6}); background: (#[0-9a-f]{3,6})`)
	pairs := [][2]string{{"#1a1d21", "#ffffff"}, {"#4a5058", "#ffffff"}, {"#0b4f9e", "#ffffff"}, {"#0b4f9e", "#fbfbfc"}, {"#1a1d21", "#fff3bf"}, {"#1a1d21", "#f5f6f8"}}
	for _, m := range rule.FindAllStringSubmatch(pageStyle, -1) {
		pairs = append(pairs, [2]string{m[1], m[2]})
	}
	if len(pairs) < 11 {
		t.Errorf("found %d pairs of colours", len(pairs))
	}
	for _, p := range pairs {
		a, b := luminance(t, p[0])+0.05, luminance(t, p[1])+0.05
		if ratio := max(a, b) / min(a, b); ratio < 4.5 {
			t.Errorf("%s on %s has a contrast of %.2f", p[0], p[1], ratio)
		}
	}
}

// luminance is the relative luminance of a colour (WCAG 2.2, definitions).
func luminance(t *testing.T, colour string) float64 {
	t.Helper()
	sum := 0.0
	for i, weight := range []float64{0.2126, 0.7152, 0.0722} {
		n, err := strconv.ParseUint(colour[1+2*i:3+2*i], 16, 8)
		if err != nil {
			t.Fatal(err)
		}
		c := float64(n) / 255
		if c <= 0.04045 {
			c /= 12.92
		} else {
			c = math.Pow((c+0.055)/1.055, 2.4)
		}
		sum += weight * c
	}
	return sum
}
