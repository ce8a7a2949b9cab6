package provider

import (
	"bytes"
	"encoding/json"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/estate"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/terraformtest"
)

// hostile is what somebody may write in a ruleset to have people read something else.
const hostile = "x\x1b[2J\x1b[3;1H\r\u202e\u2028\u200b##[debug]::add-mask::10 ##vso[task.complete]\nFORGED allowed"

// forged is what must not be left of it: in a line that is read, or in any text.
var forged = regexp.MustCompile("(?m)[\x1b\r\u202e\u2028\u200b]|##\\[|##vso\\[|::add-mask::|^\\s*FORGED")

// fill sets every text that v holds to the hostile one, whatever fields it has.
func fill(v reflect.Value) {
	switch v.Kind() {
	case reflect.String:
		v.SetString(hostile)
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		fill(v.Index(0))
	case reflect.Struct:
		for i := range v.NumField() {
			fill(v.Field(i))
		}
	}
}

// TestNoAttributeForges: no value of any attribute that tells what was found holds what
// was written in a ruleset, as it was written.
func TestNoAttributeForges(t *testing.T) {
	var found estate.Found
	fill(reflect.ValueOf(&found).Elem())
	var inspection estate.Inspection
	fill(reflect.ValueOf(&inspection).Elem())
	values := map[string]attr.Value{
		"flow": newFoundModel(found).object(), "answer": answerShape.object(found, blankEmpty), "judged": judgedShape.object(found, blankEmpty),
		"inspection": types.ObjectValueMust(inspectionTypes, inspectionValues(&inspection)),
	}
	for name, v := range values {
		raw, err := v.ToTerraformValue(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		texts := 0
		err = tftypes.Walk(raw, func(at *tftypes.AttributePath, v tftypes.Value) (bool, error) {
			var text string
			if !v.Type().Is(tftypes.String) || v.IsNull() || !v.IsKnown() {
				return true, nil
			}
			if err := v.As(&text); err != nil {
				return false, err
			}
			texts++
			if path := at.String(); strings.Contains(path, "change") || strings.Contains(path, "managed_rules") {
				text = strings.ReplaceAll(text, "\nFORGED", "") // what is to be pasted has lines
			}
			if forged.MatchString(text) {
				t.Errorf("%s, %s: %q", name, at, text)
			}
			return true, nil
		})
		if err != nil || texts < 6 {
			t.Errorf("%s: %d texts, %v", name, texts, err)
		}
	}
}

// TestNoPlanForges plans and fails over rulesets with hostile texts in each place that
// their language has for them, and looks at all that Terraform prints.
func TestNoPlanForges(t *testing.T) {
	const h = `\u001b[2J\r\u202e##[debug]::add-mask::10 \nFORGED allowed`
	for _, tt := range []struct{ name, file, content string }{
		{"names of JSON", "edge.json", `[{"name":"` + h + `","src_zone":"` + h + `","action":"deny"},{"name":"` + h + `","condition":"` + h + `","action":"permit"}]`},
		{"an error of JSON", "edge.json", `[{"name":"` + h + `","` + h + `":1,"dst_ip":"` + h + `","dst_port":"` + h + `","action":"` + h + `"}]`},
		{"a name and a key of YAML", "edge.yaml", "- name: \"" + h + "\"\n  condition: \"" + strings.ReplaceAll(h, `\r`, "") + "\"\n  action: deny\n"},
		{"an error of YAML", "edge.yaml", "- \"" + h + "\": 1\n  action: \"" + h + "\"\n"},
		{"remarks and names of IOS", "edge.cfg", "ip access-list extended A\x1b[2J##[debug]\n remark \x1b[2J##[debug]\u202e\r\n deny tcp any any eq 443 log ##[debug]\x1b[1m\n permit ip any object-group ##[debug]\u202e\n"},
		{"ASA", "edge.cfg", "ASA Version 9.1\naccess-list ##[debug]x extended deny tcp any any eq 443 time-range ##[debug]\x1b[2J\naccess-group ##[debug]x global\n"},
		{"iptables", "edge.rules", "*filter\n:FORWARD DROP [0:0]\n:##[debug] - [0:0]\n-A FORWARD -m comment --comment \"\x1b[2J##[debug]\u202e\" -j ##[debug]\n-A ##[debug] -m strange --x \x1b[2J -j ACCEPT\nCOMMIT\n"},
		{"nftables", "edge.nft", "table inet f {\n chain c {\n  type filter hook forward priority 0; policy drop;\n  strange \"##[debug]\x1b[2J\" accept comment \"::add-mask::10 \u202e\"\n }\n}\n"},
		{"JSON of nftables", "edge.nft", `{"nftables":[{"metainfo":{"json_schema_version":1}},{"table":{"family":"inet","name":"` + h + `"}},{"chain":{"family":"inet","table":"` + h + `","name":"` + h + `","hook":"forward","type":"filter","prio":0,"policy":"drop"}},{"rule":{"family":"inet","table":"` + h + `","chain":"` + h + `","comment":"` + h + `","expr":[{"` + h + `":1},{"accept":null}]}}]}`},
		{"AWS", "edge.json", `{"SecurityGroups":[{"GroupId":"` + h + `","GroupName":"` + h + `","VpcId":"` + h + `","IpPermissions":[{"IpProtocol":"tcp","FromPort":443,"ToPort":443,"UserIdGroupPairs":[{"GroupId":"` + h + `"}]}],"IpPermissionsEgress":[]}]}`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := terraformtest.NewWorkspace(t, `-- main.tf --
provider "acl" {
  rulesets = { edge = { path = "`+tt.file+`" } }
}
resource "acl_application" "a" {
  name  = "A"
  flows = { web = { sources = ["10.0.0.1"], destinations = ["10.0.0.2"], services = ["tcp/443", "udp/53"] } }
}
data "acl_ruleset" "r" {
  path = "`+tt.file+`"
}
output "rules" { value = data.acl_ruleset.r }
output "parsed" { value = try(provider::acl::parse_ruleset(file("`+tt.file+`")), null) }
output "report" { value = nonsensitive(provider::acl::report([acl_application.a])) }
`)
			w.Write(tt.file, tt.content)
			for _, args := range [][]string{{"plan"}, {"plan", "-json"}} {
				out, _ := w.Command(t.Context(), args...).CombinedOutput()
				text := string(out)
				if args[len(args)-1] == "-json" {
					text = textsOfJSON(t, out)
				}
				if strings.Contains(text, "unexpected new value") || !strings.Contains(text, "edge") {
					t.Fatalf("nothing was told:\n%s", text)
				}
				if at := forged.FindStringIndex(text); at != nil {
					t.Errorf("%s: %q", args, text[max(0, at[0]-300):min(len(text), at[1]+100)])
				}
			}
		})
	}
}

// textsOfJSON returns all texts in lines of JSON, the time and our own file aside.
func textsOfJSON(t *testing.T, out []byte) string {
	t.Helper()
	var b strings.Builder
	var walk func(v any)
	walk = func(v any) {
		switch v := v.(type) {
		case string:
			b.WriteString(v + "\n")
		case []any:
			for _, e := range v {
				walk(e)
			}
		case map[string]any:
			for _, e := range v {
				walk(e)
			}
		}
	}
	for d := json.NewDecoder(bytes.NewReader(out)); d.More(); {
		var line any
		if err := d.Decode(&line); err != nil {
			t.Fatalf("%v in %s", err, out)
		}
		walk(line)
	}
	return b.String()
}
