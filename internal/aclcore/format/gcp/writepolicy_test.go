package gcp_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/addr"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/device"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/gcp"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/rendertest"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/zoned"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/service"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/traffic"
)

// A policyText is a policy of one type that denies everything at last, between VPC rules
// that permit everything: commands that follow add rules to it.
type policyText struct{ kind, command, option string }

// create returns the rule of the policy that a gcloud command creates.
func (p policyText) create(line string) (map[string]any, error) {
	words := strings.Fields(line)
	head := "gcloud compute " + p.command + " rules create"
	if len(words) < 6 || strings.Join(words[:5], " ") != head || !strings.HasSuffix(line, p.option) {
		return nil, fmt.Errorf("%q is no command of %q", line, head)
	}
	options := map[string]string{}
	for i := 6; i+1 < len(words); i += 2 {
		options[words[i]] = words[i+1]
	}
	if options["--firewall-policy"] != "own" {
		return nil, fmt.Errorf("%q is for another policy", line)
	}
	var layers []map[string]any
	for _, r := range strings.Split(options["--layer4-configs"], ",") {
		protocol, port, ok := strings.Cut(r, ":")
		l := map[string]any{"ipProtocol": protocol}
		if ok {
			l["ports"] = []string{port}
		}
		layers = append(layers, l)
	}
	priority, err := strconv.Atoi(words[5])
	return map[string]any{
		"priority": priority, "direction": options["--direction"], "action": options["--action"],
		"match": map[string]any{
			"srcIpRanges": strings.Split(options["--src-ip-ranges"], ","), "destIpRanges": strings.Split(options["--dest-ip-ranges"], ","), "layer4Configs": layers,
		},
	}, err
}

func (p policyText) parse(in device.Input) (*device.Document, error) {
	all := map[string]any{"layer4Configs": []any{map[string]any{"ipProtocol": "all"}}}
	rules := []map[string]any{{"priority": lastRule, "direction": "INGRESS", "action": "deny", "match": all}}
	for line := range strings.Lines(string(in.Content)) {
		command, ok := strings.CutPrefix(strings.TrimSpace(line), "# ")
		if !ok {
			continue
		}
		r, err := p.create(command)
		if err != nil {
			return nil, err
		}
		rules = append(rules, r)
	}
	content, err := json.MarshalIndent(map[string]any{
		"firewalls":       []any{map[string]any{"name": "none", "network": "prod", "disabled": true, "allowed": []any{}}},
		"firewallPolicys": []any{map[string]any{"name": "own", "type": p.kind, "region": "https://x/regions/here", "rules": rules}},
	}, "", " ")
	if err != nil {
		return nil, err
	}
	in.Content = content
	return gcp.Parse(in)
}

// lastRule is the priority of the rule that denies everything.
const lastRule = 50000

var created = regexp.MustCompile(`rules create (\d+) `)

// spread moves rules apart, as people do, so that there is room between them.
func spread(text string) string {
	return created.ReplaceAllStringFunc(text, func(words string) string {
		n, _ := strconv.Atoi(created.FindStringSubmatch(words)[1])
		return fmt.Sprintf("rules create %d ", lastRule-100*(lastRule-n))
	})
}

// TestWritePolicy writes rules into a policy of each type, and reads the policy with them.
func TestWritePolicy(t *testing.T) {
	dice := rand.New(rand.NewPCG(3, 4))
	for _, p := range []policyText{
		{"NETWORK", "network-firewall-policies", " --global-firewall-policy"},
		{"NETWORK_REGIONAL", "network-firewall-policies", " --firewall-policy-region here"},
		{"HIERARCHY", "firewall-policies", ""},
	} {
		empty, err := p.parse(device.Input{Source: "text"})
		if err != nil {
			t.Fatal(err)
		}
		f := rendertest.Format{List: "prod ingress", Parse: p.parse, Sayable: sayable, Write: func(list string, in rule.Insertion) (string, error) {
			if in.Base.Writer != nil {
				return gcp.Write(list, in)
			}
			in.Base, in.Before = &rule.Ruleset{Rules: empty.Lists[0].Rules, Writer: empty.Lists[0].Writer}, 0
			text, err := gcp.Write(list, in)
			return spread(text), err
		}}
		for range 40 {
			f.RoundTrip(t, dice)
			f.Insertion(t, dice)
		}
	}
}

// TestNoPolicyPriority wants reasons where a policy takes no rule.
func TestNoPolicyPriority(t *testing.T) {
	text := func(kind, more string, first int) string {
		return fmt.Sprintf(`{"firewalls": [], "firewallPolicys": [{"name": "own", "type": %q%s, "rules": [
 {"priority": %d, "direction": "INGRESS", "action": "deny", "match": {"layer4Configs": [{"ipProtocol": "all"}]}},
 {"priority": 1, "direction": "EGRESS", "action": "deny", "disabled": true, "match": {"layer4Configs": [{"ipProtocol": "all"}]}}]}]}`, kind, more, first)
	}
	for _, tt := range []struct{ name, text, want string }{
		{"the first priority is taken", text("NETWORK", "", 0), "no priority is free between -1 and 0 in the policy own"},
		{"one of the other direction is taken", text("NETWORK", "", 2), " rules create 0 --firewall-policy own "},
		{"of Google Cloud itself", text("SYSTEM_GLOBAL", "", 500), "a policy of Google Cloud itself"},
		{"of Terraform", text("NETWORK", `, "withRules": "true"`, 500), "stand in its own resource"},
		{"of no known type", strings.Replace(strings.Replace(text("", "", 500), `"firewalls": [], "firewallPolicys":`, `"p":`, 1), `"type": "", `, "", 1), "does not say of which type the policy own is"},
	} {
		doc, err := gcp.Parse(device.Input{Source: "text", Content: []byte(tt.text)})
		if err != nil {
			t.Fatal(err)
		}
		l := doc.Lists[0]
		written, err := gcp.Write(l.Name, rule.Insertion{Base: &rule.Ruleset{Source: "text", Rules: l.Rules, Writer: l.Writer}, Rules: []rule.Rule{{
			Action: rule.Permit, Traffic: traffic.Product{Sources: hosts("10.0.0.1"), Destinations: hosts("10.0.0.2"), Services: service.SetOf(service.Ports(service.TCP, 443, 443))},
		}}})
		if err != nil {
			written = err.Error()
		}
		if !strings.Contains(written, tt.want) {
			t.Errorf("%s: %q, want %q", tt.name, written, tt.want)
		}
	}
}

func hosts(text string) addr.Set {
	set, _ := zoned.Host(text)
	return set
}
