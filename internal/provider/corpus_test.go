package provider

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/testshared"
)

// standIns are ranges that the rules name and the estate defines elsewhere. They
// lie where the rules' last one drops what is not passed.
var standIns = map[string]string{
	"hmpps-development": "10.26.24.0/21", "cica-development": "10.26.32.0/21", "platforms-development": "10.26.40.0/21",
	"laa-development": "10.26.56.0/21", "hq-development": "10.26.64.0/21",
}

// The rules of a real estate as ruleset and as inventory: each of its flows is
// allowed, and without a rule exactly what it alone allowed is missing.
func TestAccRealEstate(t *testing.T) {
	t.Parallel()
	dir := testshared.Dir(t, "corpora", "moj-modernisation-platform", "head")
	const alone = "alone.tf"
	hcl := map[string]string{}
	for _, name := range []string{"main.tf", alone} {
		text, err := os.ReadFile(filepath.Join("testdata", "corpus", name))
		if err != nil {
			t.Fatal(err)
		}
		hcl[name] = string(text)
	}
	for _, c := range []struct {
		name   string
		ranges map[string]string
		flows  int
	}{
		{"as it is", nil, 12},
		{"with stand-ins", standIns, 108},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := newWorkspace(t, "")
			for name, text := range hcl {
				w.Write(name, text)
			}
			ranges, err := json.Marshal(c.ranges)
			if err != nil {
				t.Fatal(err)
			}
			if c.ranges == nil {
				ranges = []byte("{}")
			}
			w.Write("terraform.tfvars.json", fmt.Sprintf(`{"dir": %s, "ranges": %s}`, quote(t, dir), ranges))
			p := w.PlanJSON(2)
			results := p.Change(t, "acl_application.development").Change.After["results"].(map[string]any)
			if len(results) != c.flows {
				t.Errorf("there are %d flows, want %d", len(results), c.flows)
			}
			for name, r := range results {
				if got := r.(map[string]any)["status"]; got != "allowed" {
					t.Errorf("%s is %v", name, got)
				}
			}
			w.Remove(alone) // a plan's most laborious part
			w.Apply(0)
			w.Settled()

			rules := estateRules(t, p.OutputChanges["rules"].After)
			needed := 0
			victim := ""
			for _, name := range slices.Sorted(maps.Keys(results)) {
				missing := p.OutputChanges["alone"].After.(map[string]any)[name].([]any)
				if len(missing) > 0 {
					needed++
					victim = name
				}
				i := slices.IndexFunc(rules, func(r estateRule) bool { return r.name == name })
				if diff := rules[i].difference(t, slices.Delete(slices.Clone(rules), i, i+1), missing); diff != "" {
					t.Errorf("without %s: %s", name, diff)
				}
			}
			t.Logf("%d rules, %d flows, of which %d need a rule that no other stands in for", len(rules), len(results), needed)
			if needed == 0 {
				t.Fatal("no rule allows anything alone")
			}

			// The same as drift of the whole.
			drift := w.PlanJSON(2, "-var=without="+victim)
			for name, r := range drift.Change(t, "acl_application.development").Change.Before["results"].(map[string]any) {
				r := r.(map[string]any)
				i := slices.IndexFunc(rules, func(r estateRule) bool { return r.name == name })
				others := slices.DeleteFunc(slices.Clone(rules), func(r estateRule) bool { return r.name == victim })
				if diff := rules[i].difference(t, others, elements(r["missing"])); diff != "" {
					t.Errorf("%s without %s: %s", name, victim, diff)
				}
			}
		})
	}
}

// elements reads a list that is null where there is nothing in it.
func elements(v any) []any {
	list, _ := v.([]any)
	return list
}

// An estateRule is one rule in plain numbers, for an oracle that shares nothing
// with the engine.
type estateRule struct {
	name      string
	permit    bool
	src, dst  []span
	protocols []string // of each service; "any" for all
	ports     []span   // of each service
}

type span struct{ from, to uint32 }

func estateRules(t *testing.T, v any) (out []estateRule) {
	t.Helper()
	for _, r := range v.([]any) {
		r := r.(map[string]any)
		e := estateRule{name: r["name"].(string), permit: r["action"] == "pass"}
		e.src, e.dst = spans(t, r["src_ip"]), spans(t, r["dst_ip"])
		e.protocols, e.ports = services(t, r["dst_port"])
		out = append(out, e)
	}
	return out
}

func spans(t *testing.T, v any) (out []span) {
	t.Helper()
	number := func(a netip.Addr) uint32 {
		b := a.As4()
		return uint32(b[0])<<24 | uint32(b[1])<<16 | uint32(b[2])<<8 | uint32(b[3])
	}
	for _, text := range v.([]any) {
		text := text.(string)
		if from, to, ok := strings.Cut(text, "-"); ok {
			out = append(out, span{number(netip.MustParseAddr(from)), number(netip.MustParseAddr(to))})
			continue
		}
		if text == "any" {
			text = "0.0.0.0/0"
		}
		if !strings.Contains(text, "/") {
			text += "/32"
		}
		p := netip.MustParsePrefix(text).Masked()
		from := number(p.Addr())
		out = append(out, span{from, from + uint32(1<<(32-p.Bits())-1)})
	}
	return out
}

func services(t *testing.T, v any) (protocols []string, ports []span) {
	t.Helper()
	for _, text := range v.([]any) {
		protocol, port, ok := strings.Cut(text.(string), "/")
		s := span{0, 65535}
		if ok {
			from, to, ranged := strings.Cut(port, "-")
			if !ranged {
				to = from
			}
			a, err1 := strconv.Atoi(strings.TrimSpace(from))
			b, err2 := strconv.Atoi(strings.TrimSpace(to))
			if err1 != nil || err2 != nil {
				t.Fatalf("service %v", text)
			}
			s = span{uint32(a), uint32(b)}
		}
		protocols, ports = append(protocols, protocol), append(ports, s)
	}
	return protocols, ports
}

// difference tells where missing is not exactly what r permits and the first of the
// others that matches does not. It tries one packet in each cell of the grid that
// all borders make.
func (r estateRule) difference(t *testing.T, others []estateRule, missing []any) string {
	t.Helper()
	var gaps []estateRule
	for _, m := range missing {
		m := m.(map[string]any)
		g := estateRule{src: spans(t, m["sources"]), dst: spans(t, m["destinations"])}
		g.protocols, g.ports = services(t, m["services"])
		gaps = append(gaps, g)
	}
	all := append(append(slices.Clone(others), gaps...), r)
	srcs := within32(r.src, borders(all, func(e estateRule) []span { return e.src }))
	dsts := within32(r.dst, borders(all, func(e estateRule) []span { return e.dst }))
	allPorts := borders(all, func(e estateRule) []span { return e.ports })
	for i, protocol := range r.protocols {
		for _, port := range within32(r.ports[i:i+1], allPorts) {
			for _, src := range srcs {
				for _, dst := range dsts {
					permitted := false
					for _, o := range others {
						if o.matches(src, dst, protocol, port) {
							permitted = o.permit
							break
						}
					}
					said := slices.ContainsFunc(gaps, func(g estateRule) bool { return g.matches(src, dst, protocol, port) })
					if permitted == said {
						return fmt.Sprintf("%s/%d from %s to %s: permitted %v, missing %v", protocol, port, dotted(src), dotted(dst), permitted, said)
					}
				}
			}
		}
	}
	return ""
}

func dotted(a uint32) netip.Addr {
	return netip.AddrFrom4([4]byte{byte(a >> 24), byte(a >> 16), byte(a >> 8), byte(a)})
}

func (r estateRule) matches(src, dst uint32, protocol string, port uint32) bool {
	in := func(spans []span, x uint32) bool {
		return slices.ContainsFunc(spans, func(s span) bool { return s.from <= x && x <= s.to })
	}
	if !in(r.src, src) || !in(r.dst, dst) {
		return false
	}
	for i, p := range r.protocols {
		if p == "any" || p == protocol && in(r.ports[i:i+1], port) {
			return true
		}
	}
	return false
}

// borders are the first numbers of all cells.
func borders(rules []estateRule, of func(estateRule) []span) (out []uint32) {
	for _, r := range rules {
		for _, s := range of(r) {
			out = append(out, s.from)
			if s.to < 1<<32-1 {
				out = append(out, s.to+1)
			}
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func within32(spans []span, points []uint32) (out []uint32) {
	for _, x := range points {
		if slices.ContainsFunc(spans, func(s span) bool { return s.from <= x && x <= s.to }) {
			out = append(out, x)
		}
	}
	return out
}
