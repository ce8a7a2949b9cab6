package policy_test

import (
	"fmt"
	"iter"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/google/cel-go/cel"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/addr"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/flow"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/policy"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/service"
)

// atoms are conditions of random expressions: each looks at other things, some
// fail, for some products or for all.
var atoms = []string{
	`within(product.source, "web")`, `within(product.destination, ["10.0.0.0/25", "10.9.0.0/16"])`, `product.port_low >= 80`, `product.protocol == "tcp"`,
	`product.source == product.destination`, `overlaps(product.source, "10.0.0.0/25") == (product.port_high == 443)`, `flow.name == "f"`, `application.owner == ""`,
	`application.labels["x"] == "y"`, `{"tcp/80": true, "tcp/443": false}[product.service]`, `{"10.0.0.1": true}[product.source]`,
	`"pci" in product.zones.destination`, `product.zones.source == product.zones.destination`, `flow.sources.exists(s, s == product.source)`,
	`prefix_length(product.source) + prefix_length(product.destination) + product.port_low > 140`, `has(flow.expires)`, `now < flow.expires`,
	`[product].exists(p, p.port_low == 80)`, `["10.0.0.1"].exists(product, product == "10.0.0.1")`, `dyn(product).service == "tcp/443"`, `true`, `false`,
}

var (
	someSources  = []string{"10.0.0.1", "10.0.0.1/32", "10.0.0.2", "10.0.0.4/30", "10.0.0.128/25", "10.0.1.1", "10.9.0.0/24", "2001:db8::1", "172.16.0.1-172.16.0.7"}
	someServices = []string{"tcp/80", "tcp/443", "HTTPS", "udp/53", "tcp/1000-2000", "esp", "icmp/8", "tcp/www"}
)

func randomExpression(r *rand.Rand, depth int) string {
	if depth == 0 || r.IntN(4) == 0 {
		return atoms[r.IntN(len(atoms))]
	}
	a, b := randomExpression(r, depth-1), randomExpression(r, depth-1)
	switch r.IntN(5) {
	case 0:
		return "!(" + a + ")"
	case 1, 2:
		return "(" + a + " && " + b + ")"
	case 3:
		return "(" + a + " || " + b + ")"
	}
	return "(" + a + " ? " + b + " : " + randomExpression(r, depth-1) + ")"
}

func randomPolicy(r *rand.Rand, name string) policy.Definition {
	d := policy.Definition{Name: name, Assert: randomExpression(r, 3), Order: r.IntN(3)}
	if r.IntN(3) == 0 {
		d.When = randomExpression(r, 1)
	}
	if r.IntN(3) == 0 {
		d.Kind = policy.Validate
	}
	if r.IntN(3) == 0 {
		d.Severity = policy.Review
	}
	return d
}

func pick(r *rand.Rand, from []string, most int) (out []string) {
	for range 1 + r.IntN(most) {
		out = append(out, from[r.IntN(len(from))])
	}
	return out
}

// TestAgainstOracle compares what Check finds with every product of the flow
// asked by itself, the whole expression at a time, for random policies and flows.
func TestAgainstOracle(t *testing.T) {
	r := rand.New(rand.NewPCG(11, 12))
	rounds := 300
	if testing.Short() {
		rounds = 50
	}
	o := policy.Options{Names: someNames(t), Zones: zones}
	plain, err := policy.NewOracle(o)
	if err != nil {
		t.Fatal(err)
	}
	for range rounds {
		var definitions []policy.Definition
		for i := range 1 + r.IntN(4) {
			definitions = append(definitions, randomPolicy(r, fmt.Sprintf("p%d", i)))
		}
		q := policy.Question{
			Application: policy.Application{Name: "a"}, Name: "f",
			Sources: pick(r, someSources, 4), Destinations: pick(r, someSources, 4), Services: pick(r, someServices, 3),
		}
		if r.IntN(2) == 0 {
			q.Application.Labels = map[string]string{"x": "y"}
		}
		if r.IntN(2) == 0 {
			q.Expires = now.AddDate(0, 0, r.IntN(3)-1)
		}
		if r.IntN(3) == 0 {
			q.Exceptions = map[string]policy.Exception{definitions[0].Name: {Reason: "known", Until: now.AddDate(0, 0, r.IntN(3)-1)}}
		}
		if q.Flow, err = flow.New(o.Names, q.Sources, q.Destinations, q.Services); err != nil {
			t.Fatal(err)
		}
		compareWithOracle(t, plain, o, definitions, q)
	}
}

// compareWithOracle counts on literals that do not overlap, so that an entry holds a
// product if and only if it was made of it.
func compareWithOracle(t *testing.T, plain *policy.Oracle, o policy.Options, definitions []policy.Definition, q policy.Question) {
	t.Helper()
	s, err := policy.Compile(definitions, o)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	found := check(t, s, q)
	again := q
	again.Flow = &flow.Flow{Sources: reversed(q.Flow.Sources), Destinations: reversed(q.Flow.Destinations), Services: reversed(q.Flow.Services)}
	if other := check(t, s, again); !reflect.DeepEqual(found, other) {
		t.Fatalf("%+v\nof %v > %v %v:\n%s\nand with the lists reversed\n%s", definitions, q.Sources, q.Destinations, q.Services, brief(found), brief(other))
	}
	for _, v := range found {
		from, to, asked := addressSet(t, v.Sources), addressSet(t, v.Destinations), serviceSet(t, v.Services)
		for p := range products(q) {
			if from.ContainsSet(p.Source.Set) && to.ContainsSet(p.Destination.Set) && asked.ContainsSet(p.Service.Set) {
				got = append(got, finding(v.Policy, v.Undecided, v.Excepted, p))
			}
		}
	}
	want := oracle(t, plain, definitions, s.Names(), q)
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Fatalf("%+v\nof %v > %v %v with %v:\n%s\nwant\n%s", definitions, q.Sources, q.Destinations, q.Services, q.Exceptions, strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// products yields the products that a packet can be of.
func products(q policy.Question) iter.Seq[flow.Product] {
	return func(yield func(flow.Product) bool) {
		for p := range q.Flow.Products() {
			v4, v6 := p.Source.Set.Split()
			to4, to6 := p.Destination.Set.Split()
			if v4.IsEmpty() != to4.IsEmpty() && v6.IsEmpty() != to6.IsEmpty() {
				continue
			}
			if !yield(p) {
				return
			}
		}
	}
}

func reversed[T any](list []T) []T {
	out := slices.Clone(list)
	slices.Reverse(out)
	return out
}

func finding(name string, undecided, excepted bool, p flow.Product) string {
	return fmt.Sprintf("%s undecided %t excepted %t: %s > %s %s", name, undecided, excepted, p.Source.Text, p.Destination.Text, p.Service.Text)
}

// oracle returns the findings of the definitions, which run in the order of names.
func oracle(t *testing.T, plain *policy.Oracle, definitions []policy.Definition, names []string, q policy.Question) (out []string) {
	t.Helper()
	programs := make(map[string]cel.Program)
	eval := func(text string, p flow.Product) (value, failed bool) {
		if programs[text] == nil {
			program, err := plain.Program(text)
			if err != nil {
				t.Fatal(err)
			}
			programs[text] = program
		}
		return plain.Eval(programs[text], &q, p, now)
	}
	for p := range products(q) {
		refused := false
		for _, name := range names {
			d := definitions[slices.IndexFunc(definitions, func(d policy.Definition) bool { return d.Name == name })]
			if refused && d.Kind != policy.Validate {
				continue
			}
			asked, failed := true, false
			if d.When != "" {
				asked, failed = eval(d.When, p)
			}
			passed := !asked
			if asked && !failed {
				passed, failed = eval(d.Assert, p)
			}
			if passed && !failed {
				continue
			}
			e, excepted := q.Exceptions[name]
			excepted = excepted && now.Before(e.Until)
			out = append(out, finding(name, failed, excepted, p))
			refused = refused || d.Kind == policy.Validate && d.Severity != policy.Review && !excepted
		}
	}
	return out
}

func addressSet(t *testing.T, texts []string) (s addr.Set) {
	t.Helper()
	for _, text := range texts {
		l, err := addr.Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		s = s.Union(l.Set)
	}
	return s
}

func serviceSet(t *testing.T, texts []string) (s service.Set) {
	t.Helper()
	for _, text := range texts {
		l, err := service.Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		s = s.Union(l.Set)
	}
	return s
}
