package awsrender_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/flow"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/match"
	awsrender "github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/render/aws"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/traffic"
)

// TestClosesGap: what a flow misses, for itself or for its replies, is there once the
// changes are applied one after the other.
func TestClosesGap(t *testing.T) {
	for _, list := range []string{"sg-1 ingress", "sg-1 egress", "acl-1 ingress", "acl-1 egress"} {
		closed, replies := 0, 0
		for seed := range uint64(40) {
			dice := rand.New(rand.NewPCG(seed, 3))
			actions := []rule.Action{rule.Permit}
			if strings.HasPrefix(list, "acl") {
				actions = append(actions, rule.Deny)
			}
			id, _, _ := strings.Cut(list, " ")
			var have []block
			for _, direction := range []string{" ingress", " egress"} {
				text := render(t, id+direction, rule.Insertion{Base: &rule.Ruleset{}, Rules: draw(dice, 3, actions...)})
				have = append(have, blocks(t, text)...)
			}
			wanted := draw(dice, 1, rule.Permit)
			if len(wanted) == 0 {
				continue
			}
			region := flow.Region{Possible: oneFamily(wanted[0].Traffic)}
			if region.Possible == nil {
				continue
			}
			rs := export(t, list, have)
			for step := 0; ; step++ {
				x := match.New(rs)
				f := match.Check([]match.Matcher{x}, match.Request{Region: region, Want: rule.Permit})
				if f.Verdict == match.Allowed {
					closed += min(step, 1)
					break
				}
				if step == 300 {
					t.Fatalf("%s: %v is still %s after %d changes", list, region.Possible, f.Verdict, step)
				}
				m := f.Missing[0]
				r := rule.Rule{Action: rule.Permit, Traffic: m.Product}
				base := rs
				if m.Replies {
					replies++
					r.Traffic = traffic.Product{Sources: m.Destinations, Destinations: m.Sources, Services: m.Services.Reverse()}
					back := *rs
					back.Rules, base = rs.Return, &back
				}
				before := m.Before
				if before < 0 {
					before = len(base.Rules)
				}
				text, err := awsrender.Render(list, rule.Insertion{Base: base, Before: before, Rules: []rule.Rule{r}})
				if err != nil {
					if !strings.Contains(err.Error(), "free rule number") && !strings.Contains(err.Error(), "1,000 resources") {
						t.Fatalf("%s: %v", m.Product, err)
					}
					break
				}
				added := blocks(t, text)
				for i := range added {
					added[i].name = fmt.Sprintf("step%d-%d", step, i)
				}
				have = slices.Concat(have, added)
				rs = export(t, list, have)
			}
		}
		if closed < 5 || strings.HasPrefix(list, "acl") != (replies > 0) {
			t.Errorf("%s: %d gaps closed, %d of them for replies, which tests too little", list, closed, replies)
		}
	}
}

// oneFamily splits a product into those of one address family.
func oneFamily(p traffic.Product) []traffic.Product {
	src4, src6 := p.Sources.Split()
	dst4, dst6 := p.Destinations.Split()
	var out []traffic.Product
	for _, f := range widened(false, rule.Rule{Traffic: p}) {
		q := traffic.Product{Sources: src4, Destinations: dst4, Services: f.Traffic.Services.Intersect(p.Services)}
		if !f.Traffic.Destinations.Ranges()[0].Is4() {
			q.Sources, q.Destinations = src6, dst6
		}
		if !q.IsEmpty() {
			out = append(out, q)
		}
	}
	return out
}
