package panos_test

import (
	"math/rand/v2"
	"testing"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/device"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/enginetest"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/rendertest"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/panos"
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
