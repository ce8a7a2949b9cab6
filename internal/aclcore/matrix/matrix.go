package matrix

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/addr"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/flow"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/service"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/zone"
)

// Action is what a matrix says of traffic. The zero value is the strictest.
type Action uint8

// The actions, the stricter first.
const (
	// Deny is also the answer for a service in no list of its cell.
	Deny Action = iota
	// Notify lets the traffic pass and wants somebody told.
	Notify
	Allow
)

// String returns "allow", "notify" or "deny", netutils' words.
func (a Action) String() string {
	switch a {
	case Allow:
		return "allow"
	case Notify:
		return "notify"
	default:
		return "deny"
	}
}

// Definition is a matrix as it is declared.
type Definition struct {
	// Zones maps a zone's name to addresses and names of addresses. The zone ""
	// holds what no other entry holds; it need not be declared, and may be, to take
	// a part out of another zone.
	Zones map[string][]string
	// Cells maps a source zone and a destination zone to what may pass.
	Cells map[string]map[string]Cell
	// Default is the cell of each pair of zones without one, a zone and itself
	// included.
	Default Cell

	netutils bool
}

// Cell lists services and names of services. A service in several lists gets the
// strictest of them; a service in none is denied.
type Cell struct{ Allow, Notify, Deny []string }

// Netutils returns the definition that netutils writes as matrix_definition and
// matrix. As there, a service is looked for under allow before notify, a row or
// column of a zone that is not defined never applies, and a zone may be empty.
// A list under deny, which netutils does not know, comes before both.
func Netutils(definition map[string][]string, cells map[string]map[string]Cell) Definition {
	return Definition{Zones: definition, Cells: cells, netutils: true}
}

// Matrix decides what may pass between zones. It is immutable and safe for
// concurrent use.
type Matrix struct {
	zones *zone.Map
	cells map[pair]*cell
	other *cell
}

// pair is a source and a destination zone by number.
type pair struct{ from, to int }

// cell holds what is allowed and what is notified. The sets are disjoint, and what
// is in neither is denied.
type cell struct{ allow, notify service.Set }

// New compiles a definition, its names taken from names, which may be nil. The
// error joins what is wrong: addresses and services that cannot be read, two zones
// with entries that are equal or overlap without one holding the other, cells of
// zones that are not declared, a zone without entries. It joins a [flow.FieldError] for
// each, whose place is like zones["dmz"] or cells["dmz"]["inside"].allow.
func New(names *flow.Names, d Definition) (*Matrix, error) {
	if names == nil {
		var err error
		if names, err = flow.NewNames(nil, nil); err != nil {
			return nil, err
		}
	}
	c := compiler{names: names, zonesKey: "zones", cellsKey: "cells", netutils: d.netutils, numbers: map[string]int{"": 0}}
	if d.netutils {
		c.zonesKey, c.cellsKey = "matrix_definition", "matrix"
	}
	m := &Matrix{}
	var err error
	if m.zones, err = zone.New(names, d.Zones, zone.Options{Key: c.zonesKey, MayBeEmpty: d.netutils}); err != nil {
		c.problems = append(c.problems, err)
	}
	for number, name := range m.zones.Names() {
		c.numbers[name] = number + 1
	}
	m.cells = c.cells(d.Cells)
	m.other = c.cell(place{field: "default"}, d.Default)
	if err := errors.Join(c.problems...); err != nil {
		return nil, err
	}
	return m, nil
}

// compiler turns a definition into sets and keeps what is wrong with it.
type compiler struct {
	names              *flow.Names
	zonesKey, cellsKey string
	netutils           bool
	numbers            map[string]int
	problems           []error
}

// A place is where in the definition something stands.
type place struct{ field, at string }

func (p place) in(at string) place { return place{p.field, p.at + at} }

// fail keeps each error that err joins, with its place; nil is none.
func (c *compiler) fail(p place, err error) {
	if err != nil {
		c.problems = append(c.problems, flow.InField(p.field, p.at, err))
	}
}

func (c *compiler) cells(declared map[string]map[string]Cell) map[pair]*cell {
	out := make(map[pair]*cell)
	for _, from := range slices.Sorted(maps.Keys(declared)) {
		fromNumber, known := c.zone(from, place{c.cellsKey, fmt.Sprintf("[%q]", from)})
		for _, to := range slices.Sorted(maps.Keys(declared[from])) {
			at := place{c.cellsKey, fmt.Sprintf("[%q][%q]", from, to)}
			toNumber, ok := c.zone(to, at)
			compiled := c.cell(at, declared[from][to])
			if known && ok {
				out[pair{fromNumber, toNumber}] = compiled
			}
		}
	}
	return out
}

func (c *compiler) zone(name string, at place) (number int, known bool) {
	number, known = c.numbers[name]
	if !known && !c.netutils {
		c.fail(at, fmt.Errorf("there is no zone %q; declare it in %s, or write one of %s, or \"\" for addresses in no zone",
			name, c.zonesKey, quoted(slices.Sorted(maps.Keys(c.numbers)))))
	}
	return number, known
}

func (c *compiler) cell(at place, declared Cell) *cell {
	allow := c.services(at.in(".allow"), declared.Allow)
	notify := c.services(at.in(".notify"), declared.Notify)
	deny := c.services(at.in(".deny"), declared.Deny)
	if c.netutils {
		notify = notify.Subtract(allow)
	}
	notify = notify.Subtract(deny)
	return &cell{allow: allow.Subtract(deny).Subtract(notify), notify: notify}
}

func (c *compiler) services(at place, entries []string) (out service.Set) {
	var ranges []service.Range
	literals, err := c.names.Services(entries)
	c.fail(at, err)
	for _, l := range literals {
		ranges = append(ranges, l.Set.Ranges()...)
	}
	return service.SetOf(ranges...)
}

// Zones returns the names of the zones that the address touches, sorted; "" stands
// for outside of all of them.
func (m *Matrix) Zones(l addr.Literal) []string {
	out := []string{}
	for number, f := range m.zones.Touched(l.Set) {
		if f != 0 {
			out = append(out, m.zones.Name(number))
		}
	}
	return out
}

func quoted(names []string) string {
	out := make([]string, 0, len(names))
	for _, name := range names {
		if name != "" {
			out = append(out, fmt.Sprintf("%q", name))
		}
	}
	return strings.Join(out, ", ")
}
