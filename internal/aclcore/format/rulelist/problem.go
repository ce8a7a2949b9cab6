package rulelist

import (
	"errors"
	"fmt"
	"strings"
)

// maxProblems is how many problems of a text are told one by one.
const maxProblems = 20

// problems collects what is wrong, in the order of the text.
type problems struct {
	lines []string
	more  int
}

func (p *problems) add(line string) {
	if len(p.lines) == maxProblems {
		p.more++
		return
	}
	p.lines = append(p.lines, line)
}

// full reports whether a further problem is only counted, so that its text need
// not be made.
func (p *problems) full() bool { return len(p.lines) == maxProblems }

func (p *problems) err() error {
	switch {
	case len(p.lines) == 0:
		return nil
	case p.more > 0:
		return fmt.Errorf("%s\nand %d more problems", strings.Join(p.lines, "\n"), p.more)
	}
	return errors.New(strings.Join(p.lines, "\n"))
}
