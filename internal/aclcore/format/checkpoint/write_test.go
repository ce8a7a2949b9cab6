package checkpoint_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/device"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/enginetest"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/checkpoint"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/rendertest"
)

// A server keeps what commands of mgmt_cli add, and answers as the management API does.
type server struct {
	objects []map[string]any
	rules   []map[string]any
}

// run makes one command: mgmt_cli add TYPE KEY VALUE …
func (s *server) run(line string) error {
	words := strings.Fields(line)
	if len(words) < 5 || words[0] != "mgmt_cli" || words[1] != "add" {
		return fmt.Errorf("%q is no command", line)
	}
	o := map[string]any{"type": words[2]}
	for i := 3; i+1 < len(words); i += 2 {
		key, value := words[i], words[i+1]
		cell, _, isCell := strings.Cut(key, ".")
		switch {
		case isCell && (cell == "source" || cell == "destination" || cell == "service"):
			list, _ := o[cell].([]string)
			o[cell] = append(list, value)
		case strings.HasPrefix(key, "mask-length") || strings.HasPrefix(key, "icmp-") || key == "ip-protocol":
			o[key] = json.Number(value)
		default:
			o[key] = value
		}
	}
	if words[2] != "access-rule" {
		o["uid"] = "uid-" + fmt.Sprint(o["name"])
		s.objects = append(s.objects, o)
		return nil
	}
	at := len(s.rules)
	if above := o["position.above"]; above != nil {
		at = slices.IndexFunc(s.rules, func(r map[string]any) bool { return r["uid"] == above })
	}
	if at < 0 {
		return fmt.Errorf("%q: there is no rule of that uid", line)
	}
	for _, key := range []string{"layer", "position", "position.above", "track.type"} {
		delete(o, key)
	}
	o["uid"], o["enabled"] = fmt.Sprintf("rule-%d", len(s.rules)+1), true
	for _, cell := range []string{"source", "destination", "service"} {
		o[cell+"-negate"] = false
	}
	o["vpn"], o["time"], o["install-on"] = []string{"Any"}, []string{"Any"}, []string{"Policy Targets"}
	s.rules = slices.Insert(s.rules, at, o)
	return nil
}

// parse makes the commands of a text, and reads what the server answers then.
func parse(in device.Input) (*device.Document, error) {
	s := &server{}
	for line := range strings.Lines(string(in.Content)) {
		if line = strings.TrimSpace(line); line != "" {
			if err := s.run(line); err != nil {
				return nil, err
			}
		}
	}
	content, err := json.MarshalIndent([]map[string]any{
		{"uid": "layer", "name": "Network", "rulebase": s.rules, "objects-dictionary": s.objects, "from": 1, "to": len(s.rules), "total": len(s.rules)},
		{"uid": "layer", "name": "Network", "type": "access-layer", "implicit-cleanup-action": "drop"},
	}, "", " ")
	if err != nil {
		return nil, err
	}
	in.Content = content
	return checkpoint.Parse(in)
}

var written = rendertest.Format{List: "Network", Parse: parse, Write: checkpoint.Write}

func TestWrite(t *testing.T) {
	dice := rand.New(rand.NewPCG(1, 2))
	for range 60 {
		written.RoundTrip(t, dice)
		written.Insertion(t, dice)
	}
}

func FuzzWrite(f *testing.F) {
	f.Add([]byte("a drawn list, and what it is asked for"))
	f.Fuzz(func(t *testing.T, data []byte) {
		dice := enginetest.Bytes(data)
		written.Insertion(t, &dice)
	})
}
