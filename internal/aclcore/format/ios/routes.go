package ios

import (
	"net/netip"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/device"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/terminal"
)

// routes reads the static routes: "ip route" of IOS and EOS, those in a block "vrf context"
// of NX-OS, and the block "router static" of IOS-XR.
type routes struct {
	doc *device.Document
	// block is what the block is that is being read, outside of all otherBlock; vrf is its
	// routing instance, which begins at the indentation indent.
	block  routeBlock
	vrf    string
	indent int
}

type routeBlock uint8

const (
	otherBlock routeBlock = iota
	vrfBlock
	staticBlock
)

// open reports whether indented lines may be routes.
func (r *routes) open() bool { return r.block != otherBlock }

func (r *routes) close() { r.block, r.vrf = otherBlock, "" }

// outer reads a line that is not indented.
func (r *routes) outer(l terminal.Line, words []string) {
	r.close()
	switch word := strings.ToLower(words[0]); {
	case word == "vrf" && len(words) > 2 && strings.EqualFold(words[1], "context"):
		r.block, r.vrf = vrfBlock, words[2]
	case word == "router" && len(words) == 2 && strings.EqualFold(words[1], "static"):
		r.block = staticBlock
	case word == "ip" || word == "ipv6":
		r.command(l, words)
	}
}

// inner reads a line of a block.
func (r *routes) inner(l terminal.Line, words []string) {
	word := strings.ToLower(words[0])
	switch r.block {
	case otherBlock:
	case vrfBlock:
		if word == "ip" || word == "ipv6" {
			r.command(l, words)
		}
	case staticBlock:
		if r.vrf != "" && l.Indent <= r.indent {
			r.vrf = ""
		}
		switch {
		case word == "vrf" && len(words) > 1:
			r.vrf, r.indent = words[1], l.Indent
		case word != "address-family":
			r.add(l, words, r.vrf)
		}
	}
}

// command reads "ip route [vrf V] NETWORK MASK [INTERFACE] [NEXT-HOP]".
func (r *routes) command(l terminal.Line, words []string) {
	if len(words) < 4 || strings.ToLower(words[1]) != "route" {
		return
	}
	vrf, words := r.vrf, words[2:]
	if strings.ToLower(words[0]) == "vrf" {
		vrf, words = words[1], words[2:]
	}
	r.add(l, words, vrf)
}

// add reads "NETWORK MASK [vrf V] [INTERFACE] [NEXT-HOP]".
func (r *routes) add(l terminal.Line, words []string, vrf string) {
	to, n := terminal.Prefix(words)
	if n == 0 || n >= len(words) {
		return
	}
	if strings.EqualFold(words[n], "vrf") {
		return // it goes on in another routing instance
	}
	x := device.Route{VRF: vrf, To: to.Masked(), Line: l.Number}
	for _, w := range words[n:min(n+2, len(words))] {
		if a, err := netip.ParseAddr(strings.TrimSuffix(w, ",")); err == nil {
			x.Via = a
		} else if x.Interface == "" && startsLikeInterface(w) {
			x.Interface = w
		}
	}
	x.Discard = strings.EqualFold(x.Interface, "null0")
	r.doc.Routes = append(r.doc.Routes, x)
}

// startsLikeInterface reports whether the word is a name with a number at its end.
func startsLikeInterface(w string) bool {
	return !startsWithDigit(w) && strings.ContainsAny(w, "0123456789")
}
