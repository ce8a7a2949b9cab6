package policy

// An answer to a question about a cell: no, yes, or a note of the run with what is
// to be said. The zero value is a question not asked yet.
type answer uint32

const (
	unasked answer = iota
	no
	yes
	firstNote
)

// A note says why something is not passed.
type note struct {
	// failed says that the question could not be answered.
	failed bool
	text   string
	// severity replaces that of the policy unless it is empty.
	severity Severity
}

// A cell is a product by the indexes of its source, destination and service among
// the distinct ones of the flow.
type cell struct{ source, destination, service int }

// A node is a boolean expression in parts. Nodes are immutable; what has been asked
// is kept in the run.
type node interface {
	dims() dims
	at(r *run, c cell) answer
}

// The logic of the nodes is CEL's: an operand that decides alone makes up for one
// that failed, on either side of it.
type (
	and         []node
	or          []node
	not         struct{ of node }
	conditional struct{ condition, then, otherwise node }
)

func (n and) dims() dims         { return dimsOfAll(n) }
func (n or) dims() dims          { return dimsOfAll(n) }
func (n not) dims() dims         { return n.of.dims() }
func (n conditional) dims() dims { return n.condition.dims() | n.then.dims() | n.otherwise.dims() }

func dimsOfAll(nodes []node) (d dims) {
	for _, n := range nodes {
		d |= n.dims()
	}
	return d
}

func (n and) at(r *run, c cell) answer { return decide(n, r, c, no, yes) }
func (n or) at(r *run, c cell) answer  { return decide(n, r, c, yes, no) }

// decide returns the deciding answer if an operand gives it, else the first failure,
// else the other answer.
func decide(nodes []node, r *run, c cell, deciding, other answer) answer {
	out := other
	for _, n := range nodes {
		switch a := n.at(r, c); {
		case a == deciding:
			return deciding
		case a >= firstNote && out < firstNote:
			out = a
		}
	}
	return out
}

func (n not) at(r *run, c cell) answer {
	switch a := n.of.at(r, c); a {
	case yes:
		return no
	case no:
		return yes
	default:
		return a
	}
}

func (n conditional) at(r *run, c cell) answer {
	switch a := n.condition.at(r, c); a {
	case yes:
		return n.then.at(r, c)
	case no:
		return n.otherwise.at(r, c)
	default:
		return a
	}
}

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
