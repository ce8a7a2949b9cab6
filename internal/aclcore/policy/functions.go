package policy

import (
	"errors"
	"fmt"
	"math"
	"math/big"
	"net/netip"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/addr"
)

// An argument says what texts a function takes at one place.
type argument uint8

const (
	addresses argument = iota // a text or a list of texts, literals and names
	services                  // the same for services
	group                     // a name of addresses
)

// A function is one that expressions may call.
type function struct {
	name   string
	args   []argument
	result *cel.Type
	call   func(r *resolver, args []ref.Val) (ref.Val, error)
}

var functions = []function{
	{"within", []argument{addresses, addresses}, cel.BoolType, func(r *resolver, args []ref.Val) (ref.Val, error) {
		a, b, err := r.addresses.pair(args)
		return types.Bool(b.ContainsSet(a)), err
	}},
	{"overlaps", []argument{addresses, addresses}, cel.BoolType, func(r *resolver, args []ref.Val) (ref.Val, error) {
		a, b, err := r.addresses.pair(args)
		return types.Bool(a.Overlaps(b)), err
	}},
	{"in_group", []argument{addresses, group}, cel.BoolType, func(r *resolver, args []ref.Val) (ref.Val, error) {
		a, err := r.addresses.all(args[0])
		if err != nil {
			return nil, err
		}
		name, ok := args[1].(types.String)
		if !ok {
			return nil, errNoOverload
		}
		g, err := r.group(string(name))
		return types.Bool(g.ContainsSet(a)), err
	}},
	{"is_private", []argument{addresses}, cel.BoolType, func(r *resolver, args []ref.Val) (ref.Val, error) {
		a, err := r.addresses.all(args[0])
		return types.Bool(private.ContainsSet(a)), err
	}},
	{"prefix_length", []argument{addresses}, cel.IntType, func(r *resolver, args []ref.Val) (ref.Val, error) {
		a, err := r.addresses.all(args[0])
		return types.Int(prefixLength(a)), err
	}},
	{"address_count", []argument{addresses}, cel.IntType, func(r *resolver, args []ref.Val) (ref.Val, error) {
		a, err := r.addresses.all(args[0])
		return types.Int(addressCount(a)), err
	}},
	{"covers_service", []argument{services, services}, cel.BoolType, func(r *resolver, args []ref.Val) (ref.Val, error) {
		a, b, err := r.services.pair(args)
		return types.Bool(a.ContainsSet(b)), err
	}},
	{"overlaps_service", []argument{services, services}, cel.BoolType, func(r *resolver, args []ref.Val) (ref.Val, error) {
		a, b, err := r.services.pair(args)
		return types.Bool(a.Overlaps(b)), err
	}},
}

// errNoOverload is CEL's own text for an argument of another type, which only dyn()
// lets through.
var errNoOverload = errors.New("no such overload")

// functionNamed returns the function of that name.
func functionNamed(name string) (*function, bool) {
	for i := range functions {
		if functions[i].name == name {
			return &functions[i], true
		}
	}
	return nil, false
}

// declare tells CEL of the function: each text argument may be a list too, but for
// a group.
func (f *function) declare(r *resolver) cel.EnvOption {
	lists := [][]*cel.Type{nil}
	for _, a := range f.args {
		var next [][]*cel.Type
		for _, l := range lists {
			next = append(next, append(l[:len(l):len(l)], cel.StringType))
			if a != group {
				next = append(next, append(l[:len(l):len(l)], stringList))
			}
		}
		lists = next
	}
	binding := func(args ...ref.Val) ref.Val {
		v, err := f.call(r, args)
		if err != nil {
			return types.WrapErr(fmt.Errorf("%s: %s", f.name, plain(err)))
		}
		return v
	}
	var options []cel.FunctionOpt
	for _, l := range lists {
		id := f.name
		for _, t := range l {
			id += "_" + t.TypeName()
		}
		var opt cel.OverloadOpt
		if len(l) == 1 {
			opt = cel.UnaryBinding(func(v ref.Val) ref.Val { return binding(v) })
		} else {
			opt = cel.BinaryBinding(func(a, b ref.Val) ref.Val { return binding(a, b) })
		}
		options = append(options, cel.Overload(id, l, f.result, opt))
	}
	return cel.Function(f.name, options...)
}

// private is the address space for private networks: RFC 1918 section 3 (10/8,
// 172.16/12, 192.168/16) and RFC 4193 section 3.1 (fc00::/7).
var private = addr.SetOf(
	addr.RangeOfPrefix(netip.MustParsePrefix("10.0.0.0/8")), addr.RangeOfPrefix(netip.MustParsePrefix("172.16.0.0/12")),
	addr.RangeOfPrefix(netip.MustParsePrefix("192.168.0.0/16")), addr.RangeOfPrefix(netip.MustParsePrefix("fc00::/7")),
)

// prefixLength returns the length of the longest prefix that holds all of the set:
// 32 and 128 for a host, 0 for any and for a set of both families.
func prefixLength(s addr.Set) int {
	r := s.Ranges()
	if len(r) == 0 {
		return 0
	}
	first, last := r[0].From, r[len(r)-1].To
	if first.Is4() != last.Is4() {
		return 0
	}
	for bits := first.BitLen(); bits > 0; bits-- {
		if p, err := first.Prefix(bits); err == nil && p.Contains(last) {
			return bits
		}
	}
	return 0
}

// addressCount returns how many addresses the set has, at most the largest int64.
func addressCount(s addr.Set) int64 {
	total := new(big.Int)
	for _, r := range s.Ranges() {
		n := new(big.Int).Sub(new(big.Int).SetBytes(r.To.AsSlice()), new(big.Int).SetBytes(r.From.AsSlice()))
		total.Add(total, n.Add(n, big.NewInt(1)))
	}
	if !total.IsInt64() {
		return math.MaxInt64
	}
	return total.Int64()
}

// shift returns the address that is as far behind to as a is behind from.
func shift(a, from, to netip.Addr) netip.Addr {
	number := func(a netip.Addr) *big.Int { return new(big.Int).SetBytes(a.AsSlice()) }
	n := number(a)
	n.Add(n.Sub(n, number(from)), number(to))
	bytes := make([]byte, to.BitLen()/8)
	out, _ := netip.AddrFromSlice(n.FillBytes(bytes))
	return out
}
