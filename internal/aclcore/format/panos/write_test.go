package panos_test

import (
	"math/rand/v2"
	"testing"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/device"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/enginetest"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/parsetest"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/rendertest"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/panos"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/match"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/service"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/traffic"
)

// ported is what a service object can stand for.
var ported = service.SetOf(service.Whole(service.TCP), service.Whole(service.UDP), service.Whole(service.SCTP))

// written is the language without protocols that have no service object. Its default
// rules ask for zones, so that a deny of everything ends each text.
var written = rendertest.Format{
	Head: "set rulebase security rules last from any to any source any destination any source-user any category any application any service any action deny\n",
	List: panos.ListName,
	Parse: func(in device.Input) (*device.Document, error) {
		in.Content = append(in.Content, "move rulebase security rules last bottom\n"...)
		return panos.Parse(in)
	},
	Write: panos.Write,
	Sayable: func(p traffic.Product) bool {
		return p.Services.IsAny() || ported.ContainsSet(p.Services)
	},
}

func TestWrite(t *testing.T) {
	dice := rand.New(rand.NewPCG(1, 2))
	for range 200 {
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

// TestPanoramaChange: what the firewall's own rules may decide is permitted by the last rule
// before them, under a name that no rule has, also none that is switched off.
func TestPanoramaChange(t *testing.T) {
	const text = `set shared pre-rulebase security rules web from any to any source 10.1.0.0/16 destination any application any service any action allow
set device-group Paris pre-rulebase security rules acl-1 from any to any source any destination any application any service any action allow disabled yes
set device-group Paris post-rulebase security rules last from any to any source any destination any application any service any action deny
`
	parse := func(text string) *rule.Ruleset {
		t.Helper()
		doc, err := panos.Parse(device.Input{Source: "fw.set", Content: []byte(text), Context: "Paris"})
		if err != nil {
			t.Fatal(err)
		}
		rs := doc.Lists[0].Ruleset()
		rs.Source, rs.Format = "fw.set", doc.Format
		return rs
	}
	region := parsetest.Region(t, "10.0.0.5 -> 192.0.2.5 tcp/443")
	ask := func(rs *rule.Ruleset) match.Finding {
		return match.Check([]match.Matcher{match.New(rs)}, match.Request{Region: region, Want: rule.Permit, SourceZone: "trust", DestinationZone: "dmz"})
	}
	rs := parse(text)
	missing := ask(rs).Missing
	if len(missing) != 1 {
		t.Fatalf("missing: %+v", missing)
	}
	change, err := panos.Write(panos.ListName, rule.Insertion{Base: rs, Before: missing[0].Before, Rules: []rule.Rule{{Name: "acl-1", Action: rule.Permit, Traffic: missing[0].Product}}})
	if err != nil {
		t.Fatal(err)
	}
	const want = `set device-group Paris service acl-tcp-443 protocol tcp port 443
set device-group Paris pre-rulebase security rules acl-2 from any to any source 10.0.0.5 destination 192.0.2.5 source-user any category any application any service acl-tcp-443 action allow`
	if change != want {
		t.Errorf("change:\n%s\nwant:\n%s", change, want)
	}
	if got := ask(parse(text + change + "\n")).Verdict; got != match.Allowed {
		t.Errorf("after the change: %s", got)
	}
}
