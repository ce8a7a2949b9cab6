package provider

import (
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/flow"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/matrix"
)

// matrixOptions are the options of functions that describe a matrix, in our shape
// or in that of netutils.
type matrixOptions struct {
	// off is set by matrix_enforced = false, netutils' switch.
	off               bool
	zones, definition map[string][]string
	// matrix is as given: what it means depends on the other options.
	matrix map[string]any
}

// matrixKeys are the options that matrixOptions holds.
var matrixKeys = []string{"matrix", "matrix_definition", "matrix_enforced", "zones"}

func (o *matrixOptions) set(key string, value any) (err error) {
	switch key {
	case "zones":
		o.zones, err = namesFrom(value)
	case "matrix_definition":
		o.definition, err = namesFrom(value)
	case "matrix":
		var ok bool
		if o.matrix, ok = value.(map[string]any); !ok {
			err = errors.New(" is not an object; write { zones = { … }, cells = { … } }, or netutils' matrix with matrix_definition beside it")
		}
	case "matrix_enforced":
		enforced, ok := value.(bool)
		if !ok {
			err = errors.New(" is not true or false")
		}
		o.off = !enforced
	}
	return err
}

// compile returns the matrix that is described.
func (o *matrixOptions) compile(names *flow.Names) (*matrix.Matrix, error) {
	d, err := o.declared()
	if err != nil {
		return nil, err
	}
	return matrix.New(names, d)
}

func (o *matrixOptions) declared() (d matrix.Definition, err error) {
	switch {
	case len(o.matrix) == 0:
		return d, errors.New("matrix is missing; write { zones = { … }, cells = { … } }, or netutils' matrix with matrix_definition beside it")
	case o.definition != nil && o.zones != nil:
		return d, errors.New("zones and matrix_definition are two names for the zones; write one of them")
	case o.definition != nil:
		cells, err := cellsFrom(o.matrix)
		if err != nil {
			return d, fmt.Errorf("matrix%w", err)
		}
		if len(o.definition) == 0 {
			return d, errors.New("matrix_definition is empty; map zones to lists of prefixes")
		}
		return matrix.Netutils(o.definition, cells), nil
	}
	d.Zones = o.zones
	for _, key := range slices.Sorted(maps.Keys(o.matrix)) {
		switch value := o.matrix[key]; key {
		case "zones":
			if o.zones != nil {
				return d, errors.New("zones are given beside matrix and in it; write them once")
			}
			d.Zones, err = namesFrom(value)
		case "cells":
			d.Cells, err = cellsFrom(value)
		case "default":
			d.Default, err = cellFrom(value)
		default:
			err = fmt.Errorf(": unknown key; write zones, cells and default, or give matrix_definition beside netutils' matrix")
		}
		if err != nil {
			return d, fmt.Errorf("matrix.%s%w", key, err)
		}
	}
	if d.Zones == nil {
		return d, errors.New("matrix.zones is missing; map zones to lists of prefixes")
	}
	return d, nil
}

// cellsFrom reads rows of cells: source zone, destination zone, cell.
func cellsFrom(v any) (map[string]map[string]matrix.Cell, error) {
	rows, ok := v.(map[string]any)
	if !ok {
		return nil, errors.New(` is not an object; write { "from zone" = { "to zone" = { allow = ["tcp/443"] } } }`)
	}
	out := make(map[string]map[string]matrix.Cell, len(rows))
	for _, from := range slices.Sorted(maps.Keys(rows)) {
		row, ok := rows[from].(map[string]any)
		if !ok {
			return nil, fmt.Errorf(`[%q] is not an object; write { "to zone" = { allow = ["tcp/443"] } }`, from)
		}
		out[from] = make(map[string]matrix.Cell, len(row))
		for _, to := range slices.Sorted(maps.Keys(row)) {
			c, err := cellFrom(row[to])
			if err != nil {
				return nil, fmt.Errorf("[%q][%q]%w", from, to, err)
			}
			out[from][to] = c
		}
	}
	return out, nil
}

func cellFrom(v any) (c matrix.Cell, err error) {
	lists, ok := v.(map[string]any)
	if !ok {
		return c, errors.New(` is not an object; write any of allow, notify and deny, as in { allow = ["tcp/443"] }`)
	}
	for _, key := range slices.Sorted(maps.Keys(lists)) {
		services, err := toStrings(lists[key])
		if err != nil {
			return c, fmt.Errorf(".%s %w", key, err)
		}
		switch key {
		case "allow":
			c.Allow = services
		case "notify":
			c.Notify = services
		case "deny":
			c.Deny = services
		default:
			return c, fmt.Errorf(": unknown key %q; write any of allow, notify and deny", key)
		}
	}
	return c, nil
}
