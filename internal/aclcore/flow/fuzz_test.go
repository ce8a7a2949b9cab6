package flow_test

import (
	"fmt"
	"net/netip"
	"testing"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/addr"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/enginetest"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/flow"
)

// FuzzNames puts dictionaries of names in names, with exclusions, to a plain resolver:
// each name is a set of a tiny universe, worked out by its definition. What it takes to
// resolve them is bounded by what it takes to write them.
func FuzzNames(f *testing.F) {
	f.Add([]byte{1, 2, 3, 0, 4, 0x81, 5, 0, 6, 0xc2})
	f.Add([]byte{0x41, 0x42, 0x43, 0, 0x44, 0x81, 0x45, 0})
	f.Add([]byte{7, 0, 7, 0xff, 0, 0xbf})
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) > 2000 {
			return
		}
		d := drawn(data)
		var n *flow.Names
		var err error
		used := enginetest.Allocated(func() { n, err = flow.NewNames(d, nil) })
		if most := uint64(1<<20 + 4000*len(data) + 100*len(data)*len(data)); used > most {
			t.Fatalf("%d bytes of names take %d bytes", len(data), used)
		}
		if err != nil {
			return // a cycle, or nothing left
		}
		o := plainNames{d, map[string]uint64{}}
		for name := range d {
			literals, err := n.Addresses([]string{name})
			if err != nil {
				t.Fatal(err)
			}
			if got, want := bitsOf(literals), o.of(name); got != want {
				t.Fatalf("%s of %q: %b, want %b", name, d, got, want)
			}
		}
	})
}

// drawn reads a dictionary: 0 starts the next name; the top bit of any other byte takes
// away, the next one says whether it is a name below or a prefix of 64 hosts.
func drawn(data []byte) map[string][]string {
	d := map[string][]string{}
	number := 0
	for _, b := range data {
		if b == 0 {
			number++
			continue
		}
		entry := fmt.Sprintf("10.0.0.%d/%d", b&0x3c, 30+b&1*2)
		if b&0x40 != 0 {
			entry = fmt.Sprintf("n%d", b&0x3f)
			if _, ok := d[entry]; !ok {
				continue
			}
		}
		if b&0x80 != 0 {
			entry = "!" + entry
		}
		name := fmt.Sprintf("n%d", number)
		d[name] = append(d[name], entry)
	}
	return d
}

// plainNames resolves by the definition: what a list has, less what it takes away.
type plainNames struct {
	names map[string][]string
	known map[string]uint64
}

func (p plainNames) of(entry string) uint64 {
	list, named := p.names[entry]
	if !named {
		l, err := addr.Parse(entry)
		if err != nil {
			panic(err)
		}
		return bitsOf([]addr.Literal{l})
	}
	if done, ok := p.known[entry]; ok {
		return done
	}
	var kept, cut uint64
	for _, e := range list {
		if flow.IsExclusion(e) {
			cut |= p.of(e[1:])
		} else {
			kept |= p.of(e)
		}
	}
	p.known[entry] = kept &^ cut
	return kept &^ cut
}

func bitsOf(literals []addr.Literal) (bits uint64) {
	for _, l := range literals {
		for i := range 64 {
			if l.Set.Contains(netip.AddrFrom4([4]byte{10, 0, 0, byte(i)})) {
				bits |= 1 << i
			}
		}
	}
	return bits
}
