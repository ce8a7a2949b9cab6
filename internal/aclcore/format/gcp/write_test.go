package gcp_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/device"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/enginetest"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/gcp"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/rendertest"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/service"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/traffic"
)

// create returns the rule that a gcloud command creates.
func create(line string) (map[string]any, error) {
	words := strings.Fields(line)
	if len(words) < 6 || strings.Join(words[:4], " ") != "gcloud compute firewall-rules create" {
		return nil, fmt.Errorf("%q is no command", line)
	}
	options := map[string]string{}
	for i := 5; i+1 < len(words); i += 2 {
		options[words[i]] = words[i+1]
	}
	var protocols []map[string]any
	for _, r := range strings.Split(options["--rules"], ",") {
		protocol, port, ok := strings.Cut(r, ":")
		p := map[string]any{"IPProtocol": protocol}
		if ok {
			p["ports"] = []string{port}
		}
		protocols = append(protocols, p)
	}
	key := map[string]string{"ALLOW": "allowed", "DENY": "denied"}[options["--action"]]
	priority, err := strconv.Atoi(options["--priority"])
	return map[string]any{
		"name": words[4], "network": options["--network"], "direction": options["--direction"], "priority": priority, key: protocols,
		"sourceRanges": strings.Split(options["--source-ranges"], ","), "destinationRanges": strings.Split(options["--destination-ranges"], ","),
	}, err
}

// parse makes the commands of a text, and reads the list that has their rules.
func parse(in device.Input) (*device.Document, error) {
	// A rule that is disabled makes the network known to the text.
	rules := []map[string]any{{"name": "none", "network": "prod", "disabled": true, "allowed": []any{}}}
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
	content, err := json.MarshalIndent(rules, "", " ")
	if err != nil {
		return nil, err
	}
	in.Content = content
	return gcp.Parse(in)
}

// sayable are the services that VPC rules tell apart: without source ports and types.
func sayable(p traffic.Product) bool {
	for _, r := range p.Services.Ranges() {
		if r.SrcFrom != 0 || r.SrcTo != 65535 || r.ProtoFrom == r.ProtoTo && service.HasTypes(r.ProtoFrom) && (r.DstFrom != 0 || r.DstTo != 65535) || r.ProtoFrom != r.ProtoTo {
			return p.Services.IsAny()
		}
		if (r.DstFrom != 0 || r.DstTo != 65535) && (r.ProtoFrom == service.DCCP || r.ProtoFrom == service.UDPLite) {
			return false
		}
	}
	return true
}

var written = rendertest.Format{List: "prod ingress", Parse: parse, Write: gcp.Write, Sayable: sayable}

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
