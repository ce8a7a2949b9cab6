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
