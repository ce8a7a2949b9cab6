package netfilter

import (
	"errors"
	"fmt"
	"strings"
)

// maxProblems is how many problems of a text are told one by one.
const maxProblems = 20

// Problems collects what is wrong with a text.
type Problems struct {
	// Source leads every problem.
	Source string
	lines  []string
	more   int
}

// Add notes a problem of a line; format says what was wrong and what is accepted.
func (p *Problems) Add(line int, format string, args ...any) {
	if len(p.lines) == maxProblems {
		p.more++
		return
	}
	p.lines = append(p.lines, fmt.Sprintf("%s:%d: ", p.Source, line)+fmt.Sprintf(format, args...))
}

// Err returns the problems as one error, a line each, or nil.
func (p *Problems) Err() error {
	switch {
	case len(p.lines) == 0:
		return nil
	case p.more > 0:
		return fmt.Errorf("%s\nand %d more problems", strings.Join(p.lines, "\n"), p.more)
	}
	return errors.New(strings.Join(p.lines, "\n"))
}
