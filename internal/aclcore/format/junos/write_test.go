package junos_test

import (
	"math/rand/v2"
	"testing"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/addr"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/enginetest"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/junos"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/rendertest"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/service"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/traffic"
)

// types6 are ICMPv6, of which a filter of the family inet has no types.
var types6 = service.SetOf(service.Whole(service.ICMPv6))

// terms is the language of filters of IPv4, policies that of the SRX.
var (
	terms = rendertest.Format{
		Head: "set system host-name r\n", List: "f", Parse: junos.Parse, Write: junos.Write,
		Sayable: func(p traffic.Product) bool {
			return addr.Any4().ContainsSet(p.Sources) && addr.Any4().ContainsSet(p.Destinations) && (p.Services.IsAny() || !p.Services.Overlaps(types6))
		},
	}
	policies = rendertest.Format{
		Head: "set system host-name r\nset security policies from-zone x to-zone y policy p match source-address any\n",
		List: junos.PolicyList, Parse: junos.Parse, Write: junos.Write, From: "a", To: "b",
	}
)

func TestWriteTerms(t *testing.T) {
	dice := rand.New(rand.NewPCG(1, 2))
	for range 12 { // a term says one protocol, so that texts are long
		terms.RoundTrip(t, dice)
		terms.Insertion(t, dice)
	}
}

func TestWritePolicies(t *testing.T) {
	dice := rand.New(rand.NewPCG(3, 4))
	for range 100 {
		policies.Insertion(t, dice)
	}
}

func FuzzWrite(f *testing.F) {
	f.Add([]byte("a drawn list, and what it is asked for"))
	f.Fuzz(func(t *testing.T, data []byte) {
		dice := enginetest.Bytes(data)
		policies.Insertion(t, &dice)
		terms.Insertion(t, &dice)
	})
}
