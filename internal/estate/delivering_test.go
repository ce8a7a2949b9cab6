package estate

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/delivery"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/live"
)

// Rules that were delivered are not forgotten where nothing delivers any more.
func TestForgotten(t *testing.T) {
	file := filepath.Join(t.TempDir(), "edge.json")
	const rules = `[
  {"name": "acl-538666a7ef", "action": "permit", "src_ip": ["10.0.0.1"], "dst_ip": ["10.2.0.7"], "dst_port": ["tcp/443"], "owners": ["Shop/web@777bfe96ae"]}
]
`
	if err := os.WriteFile(file, []byte(rules), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(delivery.SentMark(file), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	f := Flow{Application: "Shop", Name: "web", Configuration: "777bfe96ae"}
	e := New(Config{Rulesets: map[string]RulesetConfig{"edge": {Content: "[]", Format: "json", Additions: file}}})
	for what, err := range map[string]error{"release": e.Release(context.Background(), f.Owner()), "clear": New(Config{}).Owners().Clear(context.Background(), file, []Flow{f})} {
		if err == nil || !strings.Contains(err.Error(), "put deliver back") {
			t.Errorf("%s: %v", what, err)
		}
	}
	if got, err := os.ReadFile(file); err != nil || string(got) != rules {
		t.Errorf("the file is, error %v\n%s", err, got)
	}
	other := Flow{Application: "Shop", Name: "other", Configuration: "777bfe96ae"}
	if err := e.Release(context.Background(), other.Owner()); err != nil {
		t.Errorf("of a flow without rules: %v", err)
	}
	if err := os.Remove(delivery.SentMark(file)); err != nil {
		t.Fatal(err)
	}
	if err := e.Release(context.Background(), f.Owner()); err != nil {
		t.Errorf("after the file is removed: %v", err)
	}
}

// nft is asked for handles where rules are delivered, and nothing else is changed.
func TestHandles(t *testing.T) {
	for command, want := range map[string]string{
		"nft|list|ruleset": "nft|-a|list|ruleset", "nft|-a|list|ruleset": "", "nft|-na|list|ruleset": "", "nft|--handle|list|ruleset": "", "nft|-j|list|ruleset": "",
		"nft|-n|list|table|inet|fw": "nft|-a|-n|list|table|inet|fw", "ip|netns|exec|fw|/usr/sbin/nft|list|ruleset": "ip|netns|exec|fw|/usr/sbin/nft|-a|list|ruleset",
		"ssh|fw|sudo nft list ruleset": "ssh|fw|sudo nft -a list ruleset", "ssh|fw|nft list ruleset | tee x": "", "cat|nft": "", "nft|-f|list": "", "iptables-save": "",
	} {
		s := &Source{Command: &live.Command{Args: strings.Split(command, "|")}}
		if got := withHandles(s, nil); got != s {
			t.Errorf("%s: without a delivery it is %v", command, got.Command.Args)
		}
		if want == "" {
			want = command
		}
		if got := strings.Join(withHandles(s, &DeliverConfig{}).Command.Args, "|"); got != want || strings.Join(s.Command.Args, "|") != command {
			t.Errorf("%s: %s, want %s", command, got, want)
		}
	}
}

// A script is written over nobody's file.
func TestScriptConflicts(t *testing.T) {
	dir := t.TempDir()
	path := func(name string) string { return filepath.Join(dir, name) }
	for script, want := range map[string]string{
		"edge.script": "", "edge.cfg": `over the rules of ruleset "edge"`, "edge.json": `over the additions of ruleset "edge"`, "core.cfg": `over the rules of device "core"`,
		"core.script": `over the script of ruleset "edge"`, "core": `over the rules of device "undone"`,
	} {
		got := FileConflicts(map[string]RulesetConfig{"edge": {Path: path("edge.cfg"), Additions: path("edge.json"), Script: path(script)}},
			map[string]DeviceConfig{"core": {Path: path("core.cfg"), Additions: path("core.json"), Script: path("core.script")}, "undone": {Path: path("core.undo")}})
		switch {
		case want == "" && len(got) > 0, want != "" && len(got) != 1:
			t.Errorf("%s: %v", script, got)
		case want != "" && (got[0].Attribute != "script" || !strings.Contains(got[0].Text, want)):
			t.Errorf("%s: %+v", script, got[0])
		}
	}
}
