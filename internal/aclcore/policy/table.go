package policy

// A cell is a product by the indexes of its source, destination and service among
// the distinct ones of the flow.
type cell struct{ source, destination, service int }

// A leaf is asked once for each combination of the dimensions that it depends on.
type leaf struct {
	index int
	by    dims
	ask   func(r *run, c cell) answer
}

func (l *leaf) dims() dims { return l.by }

func (l *leaf) at(r *run, c cell) answer {
	t := &r.tables[l.index]
	if t.answers == nil {
		*t = r.space.table(l.by)
	}
	a := &t.answers[c.source*t.source+c.destination*t.destination+c.service*t.service]
	if *a == unasked {
		if r.stopped != unasked {
			return r.stopped
		}
		*a = l.ask(r, c)
	}
	return *a
}

// A table keeps the answers of a leaf; the three numbers are the steps from one
// index of the dimension to the next, 0 where the leaf does not depend on it.
type table struct {
	answers                      []answer
	source, destination, service int
}

// A space is the sizes of the three dimensions.
type space struct{ sources, destinations, services int }

// of returns the sizes of the given dimensions, 1 for the others.
func (s space) of(d dims) space {
	out := space{1, 1, 1}
	if d&bySource != 0 {
		out.sources = s.sources
	}
	if d&byDestination != 0 {
		out.destinations = s.destinations
	}
	if d&byService != 0 {
		out.services = s.services
	}
	return out
}

func (s space) size() int { return s.sources * s.destinations * s.services }

func (s space) table(d dims) table {
	in := s.of(d)
	t := table{answers: make([]answer, in.size())}
	if d&byService != 0 {
		t.service = 1
	}
	if d&byDestination != 0 {
		t.destination = in.services
	}
	if d&bySource != 0 {
		t.source = in.services * in.destinations
	}
	return t
}
