package schema

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/device"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/flow"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/rulelist"
)

// TestAgreesWithParser: what the schema accepts the parser reads, and the other way
// round, for every key with values of every kind. Texts are either right in every
// respect or no address, service or port at all: more is not for a schema to say.
func TestAgreesWithParser(t *testing.T) {
	s := must(t, Rules)
	address := []string{`"10.0.0.1"`, `"10.0.0.0/255.255.255.0"`, `"2001:DB8::/32"`, `"10.0.0.1-10.0.0.9"`, `"Any"`, `"web"`, `"10.0.0.1, 10.0.0.2"`, `"10.0.0.1 - 10.0.0.9"`}
	service := []string{`"tcp/443"`, `"TCP/https"`, `"tcp/443 from 1024-2000"`, `"6/1-2"`, `"icmp/8/0"`, `"ip"`, `"tcp"`, `"3pc"`, `"protocol/47"`, `"80"`, `"tcp/80,tcp/81"`, `"tcp/ 80"`, `"tcp/"`, `"/80"`}
	port := []string{`80`, `"80"`, `"1024-65535"`, `"https"`, `"*"`, `65536`, `-1`, `1.5`, `"tcp/80"`, `"80 81"`}
	zone := []string{`"dmz"`, `"any"`, `"a b"`, `"10.0.0.1"`}
	action := []string{`"permit"`, `"allow"`, `"accept"`, `"pass"`, `"deny"`, `"drop"`, `"reject"`, `"block"`, `"discard"`, `"reset"`, `"reset-client"`, `"reset-server"`, `"reset-both"`, `"Permit"`, `"log"`}
	values := map[string][]string{
		"src_ip": address, "sources": address, "dst_ip": address, "destinations": address,
		"dst_port": service, "services": service, "src_port": port,
		"src_zone": zone, "source_zone": zone, "dst_zone": zone, "destination_zone": zone,
		"action": action, "name": {`"web"`}, "condition": {`"time"`}, "owners": {`"a/b"`}, "comment": {`"x"`},
		"protocol": {`"tcp"`}, "Name": {`"web"`}, "$schema": {`"x"`},
	}
	general := []string{`null`, `""`, `true`, `5`, `[]`, `[[]]`, `[null]`, `[""]`, `[5]`, `[true]`, `[{}]`, `{}`, `{"a": 1}`}
	checked := 0
	for key, own := range values {
		for _, v := range own {
			own = append(own, "["+v+"]", "["+v+","+v+"]", "["+v+",null]")
		}
		for _, v := range append(own, general...) {
			for _, rest := range []string{`"action":"permit"`, `"action":"deny","dst_port":["tcp/*"]`, `"action":"deny","src_ip":null,"services":"tcp/*"`} {
				var others map[string]any
				if err := json.Unmarshal([]byte("{"+rest+"}"), &others); err != nil {
					t.Fatal(err)
				}
				if _, twice := others[key]; twice {
					rest = ""
				}
				rule := strings.TrimSuffix(fmt.Sprintf(`{%q: %s, %s`, key, v, rest), ", ") + "}"
				for _, text := range []string{"[" + rule + "]", `{"rules": [` + rule + `]}`} {
					checked++
					fits := s.Check(decode(t, text))
					_, parsed := rulelist.Parse(device.Input{Source: "rules", Content: []byte(text)}, rulelist.JSON)
					if (fits == nil) != (parsed == nil) && !meaning(parsed) {
						t.Errorf("%s:\nschema: %v\nparser: %v", text, fits, parsed)
					}
				}
			}
		}
	}
	if checked < 1000 {
		t.Errorf("only %d texts are checked", checked)
	}
	for _, text := range []string{`{}`, `{"rules": 5}`, `{"rules": []}`, `{"rules": [], "x": 1}`, `[5]`, `[[]]`, `5`, `null`, `"x"`, `{"$schema": 5, "rules": []}`, `{"rules": [], "$schema": "x"}`} {
		fits := s.Check(decode(t, text))
		_, parsed := rulelist.Parse(device.Input{Source: "rules", Content: []byte(text)}, rulelist.JSON)
		if (fits == nil) != (parsed == nil) {
			t.Errorf("%s:\nschema: %v\nparser: %v", text, fits, parsed)
		}
	}
}

// meaning reports whether the parser refuses what two values mean together, which
// the schema has no way to say.
func meaning(err error) bool {
	return err != nil && strings.Contains(err.Error(), "has no source ports")
}

// TestAgreesWithFlows: a flow of an inventory that fits can be declared.
func TestAgreesWithFlows(t *testing.T) {
	s := must(t, Inventory)
	for text, want := range map[string]bool{
		`"10.0.0.1"`: true, `"web tier"`: true, `"any"`: true, `""`: false, `" web"`: false, `"web "`: false, "\"web\\n\"": false, `"x"`: true,
	} {
		var entry string
		if err := json.Unmarshal([]byte(text), &entry); err != nil {
			t.Fatal(err)
		}
		inventory := `{"applications": [{"app_name": "a", "app_flows": {"f": {"sources": [` + text + `], "destinations": ["any"], "services": ["any"]}}}]}`
		if fits := s.Check(decode(t, inventory)); (fits == nil) != want || (flow.CheckAddress(entry) == nil) != want {
			t.Errorf("%s: schema %v, flow %v, want %t", text, fits, flow.CheckAddress(entry), want)
		}
	}
}

// TestExamples: every inventory and rule list of the examples fits its schema.
func TestExamples(t *testing.T) {
	seen := map[string]int{}
	for _, pattern := range []string{"*/", "*/*/", "*/*/*/"} {
		paths, err := filepath.Glob(filepath.Join("..", "..", "examples", pattern+"*"))
		if err != nil {
			t.Fatal(err)
		}
		for _, path := range paths {
			text, err := os.ReadFile(path)
			if ext := filepath.Ext(path); err != nil || ext != ".json" && ext != ".yaml" {
				continue
			}
			of, kind := Rules, "rules"
			if strings.HasPrefix(filepath.Base(path), "inventory") {
				of, kind = Inventory, "inventories"
			} else if _, score := rulelist.Sniff(text); score == 0 {
				continue
			}
			seen[kind]++
			var data any
			if err := yaml.Unmarshal(text, &data); err != nil {
				t.Fatal(err)
			}
			if err := must(t, of).Check(data); err != nil {
				t.Errorf("%s: %v", path, err)
			}
		}
	}
	if seen["rules"] < 5 || seen["inventories"] < 4 {
		t.Errorf("too few examples are checked: %v", seen)
	}
}
