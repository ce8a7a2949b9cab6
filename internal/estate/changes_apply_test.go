package estate

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// applyChange makes changes to a ruleset as the device would, and returns its text
// afterwards. It knows the commands that our changes are made of, and no others.
func applyChange(format, text string, changes []string) (string, error) {
	apply := map[string]func(text, change string) (string, error){
		"json":     onTop("["),
		"yaml":     onTop(""),
		"iptables": onLines(iptablesCommand), "nftables": onLines(nftCommand),
		"aws": awsChange, "terraform": terraformChange, "checkpoint": checkpointChange, "azure": azureChange, "gcp": gcpChange,
		"pf_conf": pfChange, "opnsense": elementChange, "pfsense": elementChange,
	}[format]
	if apply == nil { // the reader takes commands after the text
		apply = func(text, change string) (string, error) { return text + "\n" + change + "\n", nil }
	}
	for _, change := range changes {
		var err error
		if text, err = apply(text, change); err != nil {
			return "", err
		}
	}
	return text, nil
}

// onTop puts a change in front of a list that begins with those characters.
func onTop(start string) func(text, change string) (string, error) {
	return func(text, change string) (string, error) {
		rest, ok := strings.CutPrefix(strings.TrimSpace(text), start)
		if !ok {
			return "", fmt.Errorf("no list:\n%s", text)
		}
		return start + "\n" + change + "\n" + rest + "\n", nil
	}
}

func onLines(command func(text, line string) (string, error)) func(text, change string) (string, error) {
	return func(text, change string) (string, error) {
		for line := range strings.Lines(change) {
			if line = strings.TrimSpace(line); line == "" || strings.HasPrefix(line, "#") {
				continue
			}
			var err error
			if text, err = command(text, line); err != nil {
				return "", err
			}
		}
		return text, nil
	}
}

var pfPlace = regexp.MustCompile(`^# (before|after) line (\d+)$`)

var elementPlace = regexp.MustCompile(`^<!-- before line (\d+) -->$`)

// elementChange puts elements before the line that the comment above them names.
func elementChange(text, change string) (string, error) {
	place, elements, _ := strings.Cut(change, "\n")
	m := elementPlace.FindStringSubmatch(place)
	if m == nil {
		return "", fmt.Errorf("no place: %s", place)
	}
	lines := strings.Split(text, "\n")
	at, err := strconv.Atoi(m[1])
	if err != nil || at < 1 || at > len(lines) {
		return "", fmt.Errorf("no line %s of %d", m[1], len(lines))
	}
	return strings.Join(slices.Insert(lines, at-1, elements), "\n"), nil
}

// pfChange puts lines of pf.conf where the comment above them says.
func pfChange(text, change string) (string, error) {
	place, rules, _ := strings.Cut(change, "\n")
	if place == "# at the end" {
		return strings.TrimRight(text, "\n") + "\n" + rules + "\n", nil
	}
	m := pfPlace.FindStringSubmatch(place)
	if m == nil {
		return "", fmt.Errorf("no place: %s", place)
	}
	lines := strings.Split(text, "\n")
	at, err := strconv.Atoi(m[2])
	if err != nil {
		return "", err
	}
	if m[1] == "before" {
		at--
	}
	if at < 0 || at > len(lines) {
		return "", fmt.Errorf("the text has no line %d", at)
	}
	return strings.Join(slices.Insert(lines, at, rules), "\n"), nil
}

var iptablesInsert = regexp.MustCompile(`^(?:ip6?tables )?(?:-w )?(?:-t (\S+) )?-([IA]) (\S+) (?:(\d+) )?(.*)$`)

// iptablesCommand makes one command to a text of iptables-save.
func iptablesCommand(text, line string) (string, error) {
	m := iptablesInsert.FindStringSubmatch(line)
	if m == nil {
		return "", fmt.Errorf("%q is no command", line)
	}
	table := m[1]
	if table == "" {
		table = "filter"
	}
	lines := strings.Split(text, "\n")
	start := slices.Index(lines, "*"+table)
	if start < 0 {
		return "", fmt.Errorf("%q: no table", line)
	}
	number, _ := strconv.Atoi(m[4])
	at := start + slices.Index(lines[start:], "COMMIT")
	for i, n := start, 0; m[2] == "I" && i < at; i++ {
		if strings.HasPrefix(lines[i], "-A "+m[3]+" ") {
			if n++; n == max(number, 1) {
				at = i
			}
		}
	}
	return strings.Join(slices.Insert(lines, at, "-A "+m[3]+" "+m[5]), "\n"), nil
}

var nftInsert = regexp.MustCompile(`^nft '?(insert|add) rule (\S+ \S+) (\S+) (?:index (\d+) )?(.*?)'?$`)

// nftCommand makes one command to a listing with one rule a line.
func nftCommand(text, line string) (string, error) {
	m := nftInsert.FindStringSubmatch(line)
	if m == nil {
		return "", fmt.Errorf("%q is no command", line)
	}
	lines := strings.Split(text, "\n")
	at := slices.Index(lines, "\tchain "+m[3]+" {")
	if at < 0 {
		return "", fmt.Errorf("%q: no chain", line)
	}
	at += 2 // behind the hook
	index, _ := strconv.Atoi(m[4])
	if at += index; m[1] == "add" {
		at += slices.Index(lines[at:], "\t}")
	}
	return strings.Join(slices.Insert(lines, at, "\t\t"+m[5]), "\n"), nil
}

var (
	hclBlock     = regexp.MustCompile(`(?s)resource "(\w+)" "([^"]+)" \{\n(.*?)\n\}`)
	hclAttribute = regexp.MustCompile(`(?m)^\s*(\w+)\s*=\s*(.+)$`)
)

// A resource is a block of a change, its values as JSON has them.
type resource struct {
	kind, name string
	values     map[string]any
}

func resources(change string) (out []resource) {
	for _, b := range hclBlock.FindAllStringSubmatch(change, -1) {
		r := resource{b[1], b[2], map[string]any{}}
		for _, a := range hclAttribute.FindAllStringSubmatch(b[3], -1) {
			var v any = strings.TrimSuffix(a[2], ".id") // a reference
			_ = json.Unmarshal([]byte(a[2]), &v)
			r.values[a[1]] = v
		}
		out = append(out, r)
	}
	return out
}

// edit changes a JSON text.
func edit(text string, change func(map[string]any)) (string, error) {
	var v map[string]any
	if err := json.Unmarshal([]byte(text), &v); err != nil {
		return "", fmt.Errorf("the ruleset: %w", err)
	}
	change(v)
	out, err := json.MarshalIndent(v, "", " ")
	return string(out) + "\n", err
}

func add(object any, key string, v any) {
	o, _ := object.(map[string]any)
	list, _ := o[key].([]any)
	o[key] = append(list, v)
}

// first is the first element of a list in an object.
func first(object any, key string) any {
	o, _ := object.(map[string]any)
	list, _ := o[key].([]any)
	return list[0]
}

func awsChange(text, change string) (string, error) {
	return edit(text, func(v map[string]any) {
		for _, r := range resources(change) {
			b := r.values
			if r.kind == "aws_network_acl_rule" {
				e := map[string]any{"RuleNumber": b["rule_number"], "RuleAction": b["rule_action"], "Protocol": b["protocol"], "Egress": b["egress"], "CidrBlock": b["cidr_block"]}
				if b["from_port"] != nil {
					e["PortRange"] = map[string]any{"From": b["from_port"], "To": b["to_port"]}
				}
				add(first(v, "NetworkAcls"), "Entries", e)
				continue
			}
			p := map[string]any{"IpProtocol": b["ip_protocol"], "IpRanges": []any{map[string]any{"CidrIp": b["cidr_ipv4"]}}, "FromPort": b["from_port"], "ToPort": b["to_port"]}
			key := "IpPermissions"
			if strings.Contains(r.kind, "egress") {
				key = "IpPermissionsEgress"
			}
			add(first(v, "SecurityGroups"), key, p)
		}
	})
}

func terraformChange(text, change string) (string, error) {
	return edit(text, func(v map[string]any) {
		values, _ := v["values"].(map[string]any)
		root := values["root_module"]
		for _, r := range resources(change) {
			if r.values["security_group_id"] == "aws_security_group.web" {
				r.values["security_group_id"] = "sg-1"
			}
			add(root, "resources", map[string]any{"address": r.kind + "." + r.name, "mode": "managed", "type": r.kind, "name": r.name, "values": r.values})
		}
	})
}

// checkpointChange makes commands of mgmt_cli that add objects and rules.
func checkpointChange(text, change string) (string, error) {
	return edit(text, func(v map[string]any) {
		for line := range strings.Lines(change) {
			words := strings.Fields(line)
			if len(words) < 5 || words[0] != "mgmt_cli" || words[1] != "add" {
				continue
			}
			o := map[string]any{"type": words[2], "uid": "uid-" + words[4]}
			for i := 3; i+1 < len(words); i += 2 {
				key, value := words[i], strings.Trim(words[i+1], `"'`)
				switch cell, _, isCell := strings.Cut(key, "."); {
				case isCell && (cell == "source" || cell == "destination" || cell == "service"):
					add(o, cell, value)
				case strings.HasPrefix(key, "mask-length") || strings.HasPrefix(key, "icmp-") || key == "ip-protocol":
					o[key] = json.Number(value)
				default:
					o[key] = value
				}
			}
			if words[2] != "access-rule" {
				add(v, "objects-dictionary", o)
				continue
			}
			addRule(layerOf(v, fmt.Sprint(o["layer"])), o)
		}
	})
}

// layerOf returns the answer that holds a layer: the text itself, or one of its rulebases.
func layerOf(v map[string]any, name string) map[string]any {
	several, _ := v["access-rulebase"].([]any)
	for _, l := range several {
		if l := l.(map[string]any); l["name"] == name {
			return l
		}
	}
	return v
}

// addRule puts a rule of a command where that says, and counts the rules of its layer anew.
func addRule(layer, o map[string]any) {
	rules, _ := layer["rulebase"].([]any)
	at := slices.IndexFunc(rules, func(r any) bool { return r.(map[string]any)["uid"] == o["position.above"] })
	if at < 0 {
		at = len(rules)
	}
	o["enabled"], o["uid"] = true, fmt.Sprintf("new-%v-%d", o["layer"], len(rules))
	o["source-negate"], o["destination-negate"], o["service-negate"] = false, false, false
	o["vpn"], o["time"], o["install-on"] = []any{"Any"}, []any{"Any"}, []any{"Policy Targets"}
	for _, key := range []string{"layer", "position", "position.above", "track.type"} {
		delete(o, key)
	}
	rules = slices.Insert(rules, at, any(o))
	for i := range rules {
		rules[i].(map[string]any)["rule-number"] = i + 1
	}
	layer["rulebase"], layer["to"], layer["total"] = rules, len(rules), len(rules)
}

// options reads the words of a command behind those: the name, if one comes first, and
// what stands behind each option.
func options(line, command string) (name string, of map[string][]string, ok bool) {
	rest, ok := strings.CutPrefix(strings.TrimSpace(line), "# "+command+" ")
	of = map[string][]string{}
	option := ""
	for _, w := range strings.Fields(rest) {
		w = strings.Trim(w, `'"`)
		switch {
		case strings.HasPrefix(w, "--"):
			option = w[2:]
		case option == "":
			name = w
		default:
			of[option] = append(of[option], w)
		}
	}
	return name, of, ok
}

// azureChange makes commands of the Azure CLI that create rules.
func azureChange(text, change string) (string, error) {
	return edit(text, func(v map[string]any) {
		for line := range strings.Lines(change) {
			_, o, ok := options(line, "az network nsg rule create")
			if !ok {
				continue
			}
			add(v, "securityRules", map[string]any{
				"name": o["name"][0], "priority": json.Number(o["priority"][0]), "direction": o["direction"][0], "access": o["access"][0], "protocol": o["protocol"][0],
				"sourceAddressPrefixes": o["source-address-prefixes"], "sourcePortRanges": o["source-port-ranges"],
				"destinationAddressPrefixes": o["destination-address-prefixes"], "destinationPortRanges": o["destination-port-ranges"],
			})
		}
	})
}

// gcpChange makes commands of gcloud that create rules.
func gcpChange(text, change string) (string, error) {
	var rules []any
	if err := json.Unmarshal([]byte(text), &rules); err != nil {
		return "", fmt.Errorf("the ruleset: %w", err)
	}
	for line := range strings.Lines(change) {
		name, o, ok := options(line, "gcloud compute firewall-rules create")
		if !ok {
			continue
		}
		var protocols []any
		for _, r := range strings.Split(o["rules"][0], ",") {
			protocol, port, ported := strings.Cut(r, ":")
			p := map[string]any{"IPProtocol": protocol}
			if ported {
				p["ports"] = []string{port}
			}
			protocols = append(protocols, p)
		}
		key := map[string]string{"ALLOW": "allowed", "DENY": "denied"}[o["action"][0]]
		rules = append(rules, map[string]any{
			"name": name, "network": o["network"][0], "direction": o["direction"][0], "priority": json.Number(o["priority"][0]), key: protocols,
			"sourceRanges": strings.Split(o["source-ranges"][0], ","), "destinationRanges": strings.Split(o["destination-ranges"][0], ","),
		})
	}
	out, err := json.MarshalIndent(rules, "", " ")
	return string(out) + "\n", err
}
