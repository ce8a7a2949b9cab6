package netfilter

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// maxProblems is how many problems of a text are told one by one.
const maxProblems = 20

// Problems collects what is wrong with a text.
type Problems struct {
	// Source leads every problem.
	Source string
	all    []problem
	more   int
}

type problem struct {
	line int
	text string
}

// Add notes a problem of a line; format says what was wrong and what is accepted.
func (p *Problems) Add(line int, format string, args ...any) {
	if len(p.all) == maxProblems {
		p.more++
		return
	}
	p.all = append(p.all, problem{line, fmt.Sprintf(format, args...)})
}

// Err returns the problems as one error, a line each in the order of the text, or
// nil.
func (p *Problems) Err() error {
	if len(p.all) == 0 {
		return nil
	}
	slices.SortStableFunc(p.all, func(a, b problem) int { return a.line - b.line })
	var lines []string
	for _, one := range p.all {
		lines = append(lines, fmt.Sprintf("%s:%d: %s", p.Source, one.line, one.text))
	}
	if p.more > 0 {
		lines = append(lines, fmt.Sprintf("and %d more problems", p.more))
	}
	return errors.New(strings.Join(lines, "\n"))
}
