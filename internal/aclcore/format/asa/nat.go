package asa

import (
	"net/netip"
	"slices"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/addr"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/device"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/terminal"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/traffic"
)

// nat collects the rules of address translation, each with all that it may touch, in the
// order of the text. What they do is not read yet.
type nat struct {
	// object is the network object whose body is being read, empty outside of one.
	object string
	// objects are what network objects hold, as far as it is an address, a subnet or a
	// range.
	objects map[string]addr.Set
	lines   []natLine
}

// natLine is a nat command, of an object or by itself.
type natLine struct {
	terminal.Line
	words  []string
	object string
}

// take notes a line of an object or a nat command.
func (n *nat) take(l terminal.Line, words []string) {
	switch word := strings.ToLower(words[0]); {
	case word == "object" && !l.Indented:
		n.object = ""
		if len(words) == 3 && words[1] == "network" {
			n.object = words[2]
		}
	case word == "nat" && len(words) > 2 && strings.HasPrefix(words[1], "("):
		line := natLine{Line: l, words: words}
		if l.Indented {
			line.object = n.object
		}
		n.lines = append(n.lines, line)
	case l.Indented && n.object != "":
		if set, ok := networkOf(words); ok {
			n.objects[n.object] = set
		}
	case !l.Indented:
		n.object = ""
	}
}

// networkOf reads "host 10.0.0.1", "subnet 10.0.0.0 255.0.0.0" and "range A B".
func networkOf(words []string) (addr.Set, bool) {
	switch {
	case words[0] == "host" && len(words) == 2:
		a, err := netip.ParseAddr(words[1])
		return addr.SetOf(addr.RangeOf(a, a)), err == nil
	case words[0] == "subnet" && len(words) >= 2:
		p, k := terminal.Prefix(words[1:])
		if k == 0 {
			return addr.Set{}, false
		}
		return addr.SetOf(addr.RangeOfPrefix(p.Masked())), true
	case words[0] == "range" && len(words) == 3:
		a, err := netip.ParseAddr(words[1])
		b, err2 := netip.ParseAddr(words[2])
		if err != nil || err2 != nil || b.Less(a) || a.Is4() != b.Is4() {
			return addr.Set{}, false
		}
		return addr.SetOf(addr.RangeOf(a, b)), true
	}
	return addr.Set{}, false
}

// translations returns the rules; what is not known of one may be anything.
func (n *nat) translations() (out []device.Translation) {
	for _, l := range n.lines {
		pair, ok := strings.CutSuffix(strings.TrimPrefix(l.words[1], "("), ")")
		from, to, ok2 := strings.Cut(pair, ",")
		t := device.Translation{Line: l.Number, Text: l.Text, Match: traffic.Any(), Unknown: []string{"address translation is not read"}}
		if ok && ok2 {
			t.From, t.To = interfacesOf(from), interfacesOf(to)
		}
		n.source(l, &t)
		if k := slices.Index(l.words, "destination"); k >= 0 && k+3 < len(l.words) && l.words[k+2] != l.words[k+3] {
			t.Match.Destinations = n.set(l.words[k+2])
			t.Destination = device.Mapping{Kind: device.Static, To: n.set(l.words[k+3])}
		}
		out = append(out, t)
	}
	return out
}

// source reads "static REAL MAPPED" and "dynamic REAL MAPPED", whose REAL is the object
// where the command stands in one.
func (n *nat) source(l natLine, t *device.Translation) {
	k := slices.IndexFunc(l.words, func(w string) bool { return w == "static" || w == "dynamic" })
	if k < 0 || k+1 >= len(l.words) {
		t.Source = device.Mapping{Kind: device.Dynamic, To: addr.Any()}
		return
	}
	kind := device.Dynamic
	if l.words[k] == "static" {
		kind = device.Static
	}
	real, mapped := l.object, l.words[k+1]
	if real == "" && k+2 < len(l.words) {
		real, mapped = mapped, l.words[k+2]
	}
	t.Match.Sources = n.set(real)
	if kind == device.Static && real == mapped {
		return // an exemption
	}
	t.Source, t.Reverse = device.Mapping{Kind: kind, To: n.set(mapped)}, kind == device.Static
}

// set returns the addresses of a name, all of them if they are not known.
func (n *nat) set(name string) addr.Set {
	if a, err := netip.ParseAddr(name); err == nil {
		return addr.SetOf(addr.RangeOf(a, a))
	}
	if set, ok := n.objects[name]; ok {
		return set
	}
	return addr.Any()
}

func interfacesOf(name string) []string {
	if name == "any" {
		return nil
	}
	return []string{name}
}
