package azure_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/device"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/enginetest"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/azure"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/rendertest"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/service"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/traffic"
)

// create returns the rule that a command of the Azure CLI creates.
func create(line string) (map[string]any, error) {
	words := strings.Fields(line)
	if len(words) < 5 || strings.Join(words[:5], " ") != "az network nsg rule create" {
		return nil, fmt.Errorf("%q is no command", line)
	}
	options := map[string][]string{}
	name := ""
	for _, w := range words[5:] {
		if option, ok := strings.CutPrefix(w, "--"); ok {
			name = option
			continue
		}
		options[name] = append(options[name], strings.Trim(w, "'"))
	}
	priority, err := strconv.Atoi(options["priority"][0])
	return map[string]any{
		"name": options["name"][0], "priority": priority, "direction": options["direction"][0], "access": options["access"][0], "protocol": options["protocol"][0],
		"sourceAddressPrefixes": options["source-address-prefixes"], "sourcePortRanges": options["source-port-ranges"],
		"destinationAddressPrefixes": options["destination-address-prefixes"], "destinationPortRanges": options["destination-port-ranges"],
	}, err
}

// parse makes the commands of a text, and reads the group that has their rules. Its
// default rules deny what is left, so that the tests need no tag.
func parse(in device.Input) (*device.Document, error) {
	rules := []map[string]any{}
	for line := range strings.Lines(string(in.Content)) {
		command, ok := strings.CutPrefix(strings.TrimSpace(line), "# ")
		if !ok {
			continue
		}
		r, err := create(command)
		if err != nil {
			return nil, err
		}
		rules = append(rules, r)
	}
	deny := map[string]any{
		"name": "DenyAllInBound", "priority": 65500, "direction": "Inbound", "access": "Deny", "protocol": "*",
		"sourceAddressPrefix": "*", "sourcePortRange": "*", "destinationAddressPrefix": "*", "destinationPortRange": "*",
	}
	content, err := json.MarshalIndent(map[string]any{"name": "web", "securityRules": rules, "defaultSecurityRules": []any{deny}}, "", " ")
	if err != nil {
		return nil, err
	}
	in.Content = content
	return azure.Parse(in)
}

// sayable are the services that a group can tell apart.
var sayable = service.SetOf(service.Whole(service.TCP), service.Whole(service.UDP), service.Whole(50), service.Whole(51))

// The priorities of the drawn rules leave room between them.
var written = rendertest.Format{
	List: "web inbound", Parse: parse,
	Write:   func(list string, in rule.Insertion) (string, error) { return azure.Write(list, in) },
	Sayable: func(p traffic.Product) bool { return p.Services.IsAny() || sayable.ContainsSet(p.Services) },
}

func TestWrite(t *testing.T) {
	dice := rand.New(rand.NewPCG(1, 2))
	for range 40 {
		written.RoundTrip(t, dice)
	}
}

func FuzzWrite(f *testing.F) {
	f.Add([]byte("drawn rules, read back"))
	f.Fuzz(func(t *testing.T, data []byte) {
		dice := enginetest.Bytes(data)
		written.RoundTrip(t, &dice)
	})
}

// TestPriority: a rule gets the number that is free nearest before the rule that
// decides, and is refused where none is.
func TestPriority(t *testing.T) {
	text := func(priorities ...int) string {
		var rules []string
		for _, p := range priorities {
			rules = append(rules, fmt.Sprintf(`{"name": "r%d", "priority": %d, "direction": "Inbound", "access": "Deny", "protocol": "Tcp",
			"sourceAddressPrefix": "*", "sourcePortRange": "*", "destinationAddressPrefix": "10.0.0.0/8", "destinationPortRange": "443"}`, p, p))
		}
		return `{"name": "web", "id": "/subscriptions/s/resourceGroups/rg/providers/Microsoft.Network/networkSecurityGroups/web", "securityRules": [` + strings.Join(rules, ",") + `]}`
	}
	for _, tt := range []struct {
		priorities []int
		before     int
		want       string
	}{
		{[]int{200, 300}, 0, "--priority 199 "},
		{[]int{200, 300}, 1, "--priority 299 "},
		{[]int{200, 201}, 1, "no priority is free between 200 and 201 in web"},
		{[]int{100}, 0, "no priority is free between 99 and 100 in web"},
		{nil, 0, "--priority 4096 "},
	} {
		doc, err := azure.Parse(device.Input{Source: "nsg.json", Content: []byte(text(tt.priorities...))})
		if err != nil {
			t.Fatal(err)
		}
		l := doc.Lists[0]
		tcp, _ := traffic.Any().ByFamily()
		tcp.Services = service.SetOf(service.Ports(service.TCP, 443, 443))
		change, err := azure.Write(l.Name, rule.Insertion{
			Base: &rule.Ruleset{Source: "nsg.json", Rules: l.Rules, Writer: l.Writer}, Before: tt.before, Rules: []rule.Rule{{Action: rule.Permit, Traffic: tcp}},
		})
		if err != nil {
			change = err.Error()
		}
		if !strings.Contains(change, tt.want) {
			t.Errorf("before rule %d of %v: %s, want %s", tt.before, tt.priorities, change, tt.want)
		}
	}
}
