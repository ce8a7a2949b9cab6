package examples_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestAccSnippets plans what the pages of the documentation show, each together
// with the page of the provider. Outputs are compared with the comments beside
// them, or with the JSON texts here.
func TestAccSnippets(t *testing.T) {
	wanted := map[string]map[string]string{
		"resources/acl_application": {"billing": `"allowed"`},
		"resources/acl_flow":        {"web": `"allowed"`},
		"data-sources/acl_match": {
			"answers": `{"web": "permit", "all": {"database": "partial", "web": "allowed"}, "inline": "partial", "excluded": ["10.1.0.42"]}`,
		},
		// A rule of a JSON list has no command that removes it, so none may go that way.
		"data-sources/acl_audit": {"unused": `["Web tier to databases"]`, "recertify": `{"Offices to web tier": ["web"], "Web tier to databases": []}`},
		"data-sources/acl_diff": {
			"opened": `["tcp/444 by after:1 access-list IN extended permit tcp any host 172.16.0.10 range 443 444"]`,
		},
		"functions/audit": {"found": `["web is wider", "old is unused", "web of one office is shadowed"]`},
		"data-sources/acl_ruleset": {
			"understood": `{
				"edge": "2 rules in json", "format": "cisco_asa", "access_lists": ["outside_in", "dmz_in"],
				"indeterminate": {"2": "time-range NIGHT"}
			}`,
		},
		"data-sources/acl_topology": {"contradictions": "[]"},
		"functions/expand": {
			"products": `[
				{"name": "web", "src_ip": "10.0.0.1", "dst_ip": "172.16.0.10", "dst_port": "6/80", "action": "permit"},
				{"name": "web", "src_ip": "10.0.0.1", "dst_ip": "172.16.0.10", "dst_port": "6/443", "action": "permit"},
				{"name": "web", "src_ip": "10.0.0.2", "dst_ip": "172.16.0.10", "dst_port": "6/80", "action": "permit"},
				{"name": "web", "src_ip": "10.0.0.2", "dst_ip": "172.16.0.10", "dst_port": "6/443", "action": "permit"}
			]`,
			"by_key": `{
				"172.16.0.10_10.30.0.4_6/5432": {"sources": "172.16.0.10", "destinations": "10.30.0.4", "services": "6/5432"},
				"172.16.0.11_10.30.0.4_6/5432": {"sources": "172.16.0.11", "destinations": "10.30.0.4", "services": "6/5432"}
			}`,
		},
		"functions/enforce": {
			"enforced": `[
				{"obj": ["10.1.0.7", "10.2.0.10", "6/443"], "action": "allow"},
				{"obj": ["10.1.0.7", "10.2.0.10", "6/22"], "action": "deny"},
				{"obj": ["10.2.9.3", "10.2.0.10", "6/443"], "action": "allow"},
				{"obj": ["10.2.9.3", "10.2.0.10", "6/22"], "action": "notify"}
			]`,
			"as_netutils": `[{"obj": ["10.1.100.5", "10.1.200.0", "6/25"], "action": "notify"}]`,
		},
		"data-sources/acl_change_set": {"flows_by_command": `[["logs"], ["metrics"]]`, "still_open": `{}`},
		"data-sources/acl_script":     {"proof": `"ruleset \"lab\": the script has 1 of our rules; it was not read again with it: commands for a text in the format json are no part of such a text, so that the two cannot be read together\nflow \"metrics\": blocked before, allowed after\nflow \"web\": allowed before, allowed after"`},
		"functions/match": {
			"missing": `[{
				"ruleset": "rules", "device": null, "list": null, "from": null, "to": null, "translated": null, "sources": ["10.1.1.1"], "destinations": ["172.16.0.10"], "services": ["tcp/80"],
				"blocked_by": "rules: default deny, no rule matches", "reason": "no rule permits it",
				"change": "{\"src_ip\":[\"10.1.1.1\"],\"dst_ip\":[\"172.16.0.10\"],\"dst_port\":[\"tcp/80\"],\"action\":\"permit\"},"
			}]`,
		},
		"functions/parse_service": {
			"https": `{"canonical": "tcp/443", "protocol": "tcp", "protocol_number": 6, "from_port": 443, "to_port": 443, "icmp_type": null, "icmp_code": null}`,
		},
		"functions/render": {
			"yaml": `"- {\"name\":\"web\",\"src_ip\":[\"10.0.0.0/8\"],\"dst_ip\":[\"172.16.0.10\"],\"dst_port\":[\"tcp/80\",\"tcp/443\"],\"action\":\"permit\"}"`,
		},
	}
	// These show flows that are not as wanted; what is printed of them is enough.
	printed := map[string][]string{
		"functions/report":       {"1 of 2 flows is not as wanted", "Billing/database"},
		"functions/report_html":  {"<title>Billing</title>", "Content-Security-Policy"},
		"functions/report_sarif": {`uri = "inventory.json"`, "startLine = 7", "Billing/remote-desktop is blocked"},
	}
	var dirs []string
	for _, pattern := range []string{"provider", "resources/*", "data-sources/*", "functions/*"} {
		found, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		dirs = append(dirs, found...)
	}
	for _, dir := range dirs {
		dir = filepath.ToSlash(dir)
		t.Run(dir, func(t *testing.T) {
			t.Parallel()
			w := newWorkspace(t, "provider")
			if dir == "provider" {
				w.plan(0)
				return
			}
			w.addSnippet(dir)
			p := w.plan(2)
			if texts := printed[dir]; len(texts) > 0 {
				p.wants(t, texts...)
				return
			}
			for name, want := range wanted[dir] {
				p.output(t, name, want)
			}
			said := 0
			if code, err := os.ReadFile(filepath.Join(dir, "function.tf")); err == nil {
				said = p.said(t, string(code))
			}
			if len(wanted[dir])+said == 0 {
				t.Errorf("nothing is said about the outputs of examples/%s, neither beside them nor here", dir)
			}
			if len(p.changes) > 0 {
				w.settle()
			}
		})
	}
}

// addSnippet adds the pages of a directory, without those on imports.
func (w *workspace) addSnippet(dir string) {
	w.Helper()
	w.add(dir, "snippet_")
	imports, err := filepath.Glob(filepath.Join(w.Dir, "snippet_import*.tf"))
	if err != nil {
		w.Fatal(err)
	}
	for _, path := range imports {
		if err := os.Remove(path); err != nil {
			w.Fatal(err)
		}
	}
}

// TestAccImports imports by the command and by the block that the pages show.
func TestAccImports(t *testing.T) {
	for dir, address := range map[string]string{
		"resources/acl_application": "acl_application.billing",
		"resources/acl_flow":        "acl_flow.web",
	} {
		t.Run(dir+"/command", func(t *testing.T) {
			t.Parallel()
			w := newWorkspace(t, "provider")
			w.addSnippet(dir)
			script, err := os.ReadFile(filepath.Join(dir, "import.sh"))
			if err != nil {
				t.Fatal(err)
			}
			lines := strings.Split(strings.TrimSpace(string(script)), "\n")
			command, ok := strings.CutPrefix(lines[len(lines)-1], "terraform import ")
			if !ok {
				t.Fatalf("%q is no import", lines[len(lines)-1])
			}
			w.Run(0, append([]string{"import"}, strings.Fields(command)...)...)
			if p := w.plan(2); p.changes[address]["status"] != "allowed" {
				t.Errorf("status is planned as %v", p.changes[address]["status"])
			}
			w.apply()
		})
		t.Run(dir+"/block", func(t *testing.T) {
			t.Parallel()
			w := newWorkspace(t, "provider")
			w.add(dir, "snippet_")
			p := w.plan(2)
			p.wants(t, "Plan: 1 to import, 0 to add, 1 to change, 0 to destroy.")
			w.apply()
		})
	}
}
