package report

import (
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"html/template"
	"strings"
)

// What the page is made of. They stand in the page as they are, and the policy of the
// page lets no other style or script in.
var (
	//go:embed page/page.css
	pageStyle string
	//go:embed page/page.js
	pageScript string
	//go:embed page/page.html
	pageHTML string

	pageTemplate = template.Must(template.New("page").Parse(pageHTML))
)

// A Page is what [HTML] shows beside the applications.
type Page struct {
	// Title is the heading, empty for "Application connectivity".
	Title string
	// Texts are those of rulesets by file name; of them only the lines around deciding
	// rules are in the page.
	Texts map[string]string
	// Found is what was found out about rules.
	Found Findings
}

// maxStatic is how many flows the page lists where scripts do not run.
const maxStatic = 2000

// HTML writes one page that needs nothing else: no file, no server, no network. Its data
// is JSON in a block that is no script, and its script makes only text of it.
func HTML(applications []Application, page Page) (string, error) {
	flows := byGravity(applications)
	raw, err := json.Marshal(newPageData(flows, page.Texts))
	if err != nil {
		return "", fmt.Errorf("encoding the report: %w", err)
	}
	type static struct {
		ID, Status, Source, Destination, Service, Rule string
	}
	var rows []static
	for _, l := range flows[:min(maxStatic, len(flows))] {
		rows = append(rows, static{plain(l.id()), l.label(), plain(list(l.Sources)), plain(list(l.Destinations)), plain(list(l.Services)), plain(l.ruleText())})
	}
	title := plain(page.Title)
	if title == "" {
		title = "Application connectivity"
	}
	var b strings.Builder
	err = pageTemplate.Execute(&b, map[string]any{
		"Title": title, "Policy": contentPolicy(), "Style": template.CSS(pageStyle), "Script": template.JS(pageScript),
		// json.Marshal writes <, > and & as escapes: the block ends where it has to.
		"Data":   template.JS(raw),
		"Counts": gravityCounts(flows), "Rows": rows, "Left": len(flows) - len(rows), "Removed": removedNames(applications),
		"Changes": changeRows(page.Found.Diffs), "Findings": findingRows(page.Found.Audits),
	})
	if err != nil {
		return "", fmt.Errorf("writing the page: %w", err)
	}
	return b.String(), nil
}

// contentPolicy lets in the style and the script of the page alone, by their hashes
// (Content Security Policy Level 3, 2.3.1).
func contentPolicy() string {
	hash := func(text string) string {
		sum := sha256.Sum256([]byte(text))
		return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
	}
	return "default-src 'none'; style-src " + hash(pageStyle) + "; script-src " + hash(pageScript) + "; base-uri 'none'; form-action 'none'"
}

type gravityCount struct {
	Class, Text string
}

func gravityCounts(flows []listed) []gravityCount {
	n := map[gravity]int{}
	for _, l := range flows {
		n[l.gravity]++
	}
	var out []gravityCount
	for g := gravityDenied; g <= gravityFine; g++ {
		if n[g] > 0 {
			out = append(out, gravityCount{fmt.Sprintf("g%d", g), fmt.Sprintf("%d %s", n[g], g)})
		}
	}
	return out
}

func removedNames(applications []Application) string {
	var names []string
	for _, a := range applications {
		for _, f := range a.Removed {
			names = append(names, plain(a.Name+"/"+f))
		}
	}
	return strings.Join(names, ", ")
}
