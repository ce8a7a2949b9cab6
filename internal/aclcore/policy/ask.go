package policy

import (
	"errors"
	"fmt"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/interpreter"
)

// A celQuestion asks a program.
type celQuestion struct {
	program cel.Program
	// least is what an evaluation costs at least.
	least uint64
	// line and column are where the program stands in its expression.
	line, column int
}

func (q *celQuestion) ask(r *run, c cell) answer {
	r.point(c)
	v, details, err := q.program.Eval(&r.activation)
	var stopped interpreter.EvalCancelledError
	if errors.As(err, &stopped) {
		r.stopped = r.fail("the expression at %d:%d runs away and was stopped after %d steps", q.line, q.column, CostLimit)
		return r.stopped
	}
	if cost := details.ActualCost(); cost != nil {
		r.spent += *cost
	} else {
		r.spent += q.least
	}
	if r.spent > CostBudget {
		r.stopped = r.fail("it takes too long for this flow and was stopped after %d steps; write a cheaper expression, or split the flow", CostBudget)
		return r.stopped
	}
	switch {
	case err != nil:
		return r.fail("%s (at %d:%d)", err, q.line, q.column)
	case v == types.True:
		return yes
	case v == types.False:
		return no
	}
	return r.fail("the expression at %d:%d is %v, not true or false", q.line, q.column, v)
}

// fail notes why a question has no answer.
func (r *run) fail(format string, args ...any) answer {
	return r.note(note{failed: true, text: fmt.Sprintf(format, args...)})
}

// notef notes why something is not passed.
func (r *run) notef(format string, args ...any) answer {
	return r.note(note{text: fmt.Sprintf(format, args...)})
}

// note returns the answer that says n.
func (r *run) note(n note) answer {
	a, ok := r.noted[n]
	if !ok {
		r.notes = append(r.notes, n)
		a = firstNote + answer(len(r.notes)-1)
		r.noted[n] = a
	}
	return a
}
