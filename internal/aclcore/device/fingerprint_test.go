package device

import (
	"net/netip"
	"reflect"
	"slices"
	"testing"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/addr"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/service"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/traffic"
)

// TestFingerprint changes every field there is, one after the other, and wants another
// fingerprint each time; also of fields that are added later.
func TestFingerprint(t *testing.T) {
	doc := func() *Document {
		level, any := 50, traffic.Any()
		r := rule.Rule{Name: "r", Traffic: any, SourceZones: []string{"a"}, DestinationZones: []string{"b"}, Applications: []string{"c"}, Users: []string{"d"}, Unknown: []string{"e"}, Assumed: []string{"f"}}
		d := &Document{
			Contexts: []string{"x"}, Lists: []List{{Name: "l", Aliases: []string{"m"}, Rules: []rule.Rule{r}, Return: []rule.Rule{r}, Hits: []int64{1}}},
			Interfaces: []Interface{{Name: "i", Addresses: []netip.Prefix{netip.MustParsePrefix("10.0.0.1/24")}, SecurityLevel: &level, Unknown: []string{"u"}}},
			Bindings:   []Binding{{List: "l", Rule: &r}}, Routes: []Route{{VRF: "v"}},
			Translations: []Translation{{Name: "n", From: []string{"o"}, To: []string{"p"}, Match: any, Unknown: []string{"q"}}},
			Notes:        []Note{{Text: "s"}},
		}
		return d
	}
	first := Fingerprint(doc())
	if again := Fingerprint(doc()); again != first {
		t.Fatalf("%s and %s are of the same", first, again)
	}
	fields := 0
	var latest *Document
	// visit changes what again returns, in a new document each time, and then what is in it.
	var visit func(at string, again func() reflect.Value)
	visit = func(at string, again func() reflect.Value) {
		x := again()
		switch x.Interface().(type) {
		case addr.Set, service.Set, netip.Addr, netip.Prefix:
			return // see TestFingerprintOfSets
		}
		if change(x) {
			fields++
			if Fingerprint(latest) == first {
				t.Errorf("%s does not count", at)
			}
		}
		switch x = again(); x.Kind() {
		case reflect.Struct:
			for i := range x.NumField() {
				if f := x.Type().Field(i); !unprinted[f.Name] {
					visit(at+"."+f.Name, func() reflect.Value { return again().Field(i) })
				}
			}
		case reflect.Slice:
			if x.Len() > 0 {
				visit(at+"[0]", func() reflect.Value { return again().Index(0) })
			}
		case reflect.Pointer:
			if !x.IsNil() {
				visit(at, func() reflect.Value { return again().Elem() })
			}
		}
	}
	visit("Document", func() reflect.Value { latest = doc(); return reflect.ValueOf(latest).Elem() })
	if fields < 80 {
		t.Errorf("only %d fields were changed", fields)
	}
	moved := doc()
	moved.Lists[0].Rules[0].Line, moved.Bindings[0].Line, moved.Lists[0].Rules[0].Place = 7, 8, "FORWARD 2"
	if Anywhere(moved) != Anywhere(doc()) || Fingerprint(moved) == first {
		t.Error("lines count where they must not, or do not where they must")
	}
	if moved.Lists[0].Rules[0].Text = "another"; Anywhere(moved) == Anywhere(doc()) {
		t.Error("a text does not count")
	}
	same := doc()
	same.Lists[0].Writer, same.Lists[0].Hits = func() {}, []int64{2}
	if Fingerprint(same) != first {
		t.Error("a counter or what is for the writer counts")
	}
}

// change makes another value of it, and reports whether it could.
func change(x reflect.Value) bool {
	switch x.Kind() {
	case reflect.Bool:
		x.SetBool(!x.Bool())
	case reflect.String:
		x.SetString(x.String() + "'")
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		x.SetInt(x.Int() + 1)
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		x.SetUint(x.Uint() + 1)
	case reflect.Slice, reflect.Pointer:
		if x.IsZero() {
			return false
		}
		x.SetZero()
	default:
		return false
	}
	return true
}

func TestFingerprintOfSets(t *testing.T) {
	products := []traffic.Product{
		{}, traffic.Any(),
		{Sources: addr.Any4(), Destinations: addr.Any(), Services: service.Any()},
		{Sources: addr.Any(), Destinations: addr.Any4(), Services: service.Any()},
		{Sources: addr.Any6(), Destinations: addr.Any6(), Services: service.Any()},
		{Sources: addr.Any4(), Destinations: addr.Any6(), Services: service.Any()},
		{Sources: addr.Any(), Destinations: addr.Any(), Services: service.Any().Subtract(service.Any().Requests())},
	}
	var seen []string
	for _, p := range products {
		print := Fingerprint(&List{Rules: []rule.Rule{{Traffic: p}}})
		if slices.Contains(seen, print) {
			t.Errorf("%v has the fingerprint of another", p)
		}
		seen = append(seen, print)
	}
	// Whether equal sets are shared is nothing that was read.
	one := addr.Any4().Union(addr.Any6())
	other := addr.Any6().Union(addr.Any4())
	if Fingerprint([]addr.Set{one, one}) != Fingerprint([]addr.Set{one, other}) {
		t.Error("sharing a set counts")
	}
}

// TestFingerprintReadsAll finds no field in a document, a list or a ruleset that a fingerprint
// would pass over.
func TestFingerprintReadsAll(t *testing.T) {
	seen := map[reflect.Type]bool{}
	var visit func(x reflect.Type, at string)
	visit = func(x reflect.Type, at string) {
		switch x {
		case reflect.TypeFor[addr.Set](), reflect.TypeFor[service.Set](), reflect.TypeFor[netip.Addr](), reflect.TypeFor[netip.Prefix]():
			return
		}
		if seen[x] {
			return
		}
		seen[x] = true
		switch x.Kind() {
		case reflect.Pointer, reflect.Slice, reflect.Array:
			visit(x.Elem(), at)
		case reflect.Map:
			visit(x.Key(), at+" key")
			visit(x.Elem(), at)
		case reflect.Struct:
			for i := range x.NumField() {
				f := x.Field(i)
				if unprinted[f.Name] {
					continue
				}
				if !f.IsExported() {
					t.Errorf("%s.%s is not exported: a fingerprint cannot read it", at, f.Name)
				}
				visit(f.Type, at+"."+f.Name)
			}
		case reflect.Func, reflect.Chan, reflect.Interface, reflect.UnsafePointer, reflect.Float32, reflect.Float64, reflect.Complex64, reflect.Complex128, reflect.Uintptr:
			t.Errorf("%s is a %s: a fingerprint cannot tell its values apart", at, x)
		}
	}
	visit(reflect.TypeFor[Document](), "Document")
	visit(reflect.TypeFor[rule.Ruleset](), "Ruleset")
	visit(reflect.TypeFor[service.Range](), "Range")
}
