package iptables

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/device"
)

type table struct {
	name   string
	line   int
	save   *save
	chains map[string]*chain
	// order holds the chains as they are declared.
	order []*chain
}

// chain is what the commands of the text make of a chain.
type chain struct {
	name string
	// policy is ACCEPT or DROP, empty if the text does not say it, as for chains
	// that users make.
	policy     string
	policyLine int
	policyText string
	rules      []ruleLine
	// doubt is why the rules are not surely those of the chain, and doubtful the line
	// that made it so.
	doubt    string
	doubtful ruleLine
}

// ruleLine is a rule that is not read yet.
type ruleLine struct {
	line int
	// text is the line without counters, spec its options.
	text, spec string
}

// builtin are the chains of the tables that packets cross by themselves.
var builtin = map[string]bool{"PREROUTING": true, "INPUT": true, "FORWARD": true, "OUTPUT": true, "POSTROUTING": true}

// chain returns the chain of that name. One that is not declared is there if it is
// built in, and is an error otherwise.
func (r *reader) chain(line int, name string) *chain {
	c := r.current.chains[name]
	if c != nil {
		return c
	}
	if !builtin[name] {
		r.Add(line, "the chain %q is not declared before; write :%s - [0:0] or -N %s", name, name, name)
	}
	return r.declare(name)
}

func (r *reader) declare(name string) *chain {
	c := r.current.chains[name]
	if c == nil {
		c = &chain{name: name}
		r.current.chains[name] = c
		r.current.order = append(r.current.order, c)
	}
	return c
}

// command carries out a line of a table.
func (r *reader) command(line int, text string) {
	if text[0] == ':' {
		f := strings.Fields(text[1:])
		if len(f) < 2 {
			r.Add(line, "%q is no chain; write :FORWARD DROP [0:0]", text)
			return
		}
		r.policy(line, text, r.declare(f[0]), f[1])
		return
	}
	if text[0] == '[' { // packet and byte counters
		_, rest, _ := strings.Cut(text, "]")
		text = strings.TrimLeft(rest, " \t")
	}
	verb, rest := word(text)
	name, spec := word(rest)
	switch verb {
	case "-A", "--append", "-I", "--insert", "-R", "--replace", "-D", "--delete", "-N", "--new-chain", "-P", "--policy":
		if name == "" {
			r.Add(line, "%s names no chain", verb)
			return
		}
	}
	switch verb {
	case "-A", "--append":
		c := r.chain(line, name)
		c.rules = append(c.rules, ruleLine{line, text, spec})
	case "-I", "--insert":
		r.insert(r.chain(line, name), ruleLine{line, text, spec})
	case "-R", "--replace":
		r.replace(r.chain(line, name), ruleLine{line, text, spec})
	case "-D", "--delete":
		r.remove(r.chain(line, name), ruleLine{line, text, spec})
	case "-N", "--new-chain":
		r.declare(name)
	case "-P", "--policy":
		policy, _ := word(spec)
		r.policy(line, text, r.chain(line, name), policy)
	case "-F", "--flush":
		r.flush(line, name)
	case "-X", "--delete-chain":
		r.forget(name)
	case "-E", "--rename-chain":
		to, _ := word(spec)
		r.notFollowed(line, text, "renames a chain", r.declare(name), r.declare(to))
	case "-C", "--check", "-L", "--list", "-S", "--list-rules", "-Z", "--zero", "-h", "--help", "-V", "--version":
		// These ask, or count anew, and change nothing.
	default:
		r.Add(line, "%.40q is not a line of iptables-save; accepted are -A, -I, -D, -R, -N, -P, -F and -X", text)
	}
}

// word cuts the first word off.
func word(s string) (first, rest string) {
	i := strings.IndexAny(s, " \t")
	if i < 0 {
		return s, ""
	}
	return s[:i], strings.TrimLeft(s[i:], " \t")
}

func (r *reader) policy(line int, text string, c *chain, policy string) {
	switch {
	case policy == "-" || policy == "":
	case !builtin[c.name]:
		r.notFollowed(line, text, "sets a policy of a chain that has none", c)
	case policy == "ACCEPT" || policy == "DROP":
		c.policy, c.policyLine, c.policyText = policy, line, text
	default:
		r.Add(line, "the policy %q of %s is not known; ACCEPT and DROP are", policy, c.name)
	}
}

// position reads the rule number that may lead a spec, 1-based.
func position(spec string) (n int, rest string, ok bool) {
	first, rest := word(spec)
	n, err := strconv.Atoi(first)
	if err != nil {
		return 0, spec, false
	}
	return n, rest, true
}

func (r *reader) insert(c *chain, l ruleLine) {
	n, rest, ok := position(l.spec)
	switch {
	case !ok:
		n = 1
	case n < 1 || n > len(c.rules)+1:
		r.Add(l.line, "rule number %d of %s, which has %d rules", n, c.name, len(c.rules))
		return
	}
	l.spec = rest
	c.rules = slices.Insert(c.rules, n-1, l)
}

func (r *reader) replace(c *chain, l ruleLine) {
	n, rest, ok := position(l.spec)
	if !ok || n < 1 || n > len(c.rules) {
		r.notFollowed(l.line, l.text, "replaces a rule that is not in the file", c)
		return
	}
	l.spec = rest
	c.rules[n-1] = l
}

func (r *reader) remove(c *chain, l ruleLine) {
	i := slices.IndexFunc(c.rules, func(have ruleLine) bool { return sameWords(have.spec, l.spec) })
	if n, rest, ok := position(l.spec); ok && rest == "" {
		i = n - 1
	}
	if i < 0 || i >= len(c.rules) {
		r.notFollowed(l.line, l.text, "deletes a rule that is not in the file", c)
		return
	}
	c.rules = slices.Delete(c.rules, i, i+1)
}

func sameWords(a, b string) bool { return slices.Equal(strings.Fields(a), strings.Fields(b)) }

func (r *reader) flush(line int, name string) {
	if name != "" {
		c := r.chain(line, name)
		c.rules, c.doubt = nil, ""
		return
	}
	for _, c := range r.current.order {
		c.rules, c.doubt = nil, ""
	}
}

// forget deletes the chain, or every chain of users, if it is empty; the kernel
// refuses otherwise.
func (r *reader) forget(name string) {
	r.current.order = slices.DeleteFunc(r.current.order, func(c *chain) bool {
		gone := !builtin[c.name] && len(c.rules) == 0 && (name == "" || c.name == name)
		if gone {
			delete(r.current.chains, c.name)
		}
		return gone
	})
}

// notFollowed notes a command that is understood and not carried out, which leaves
// the chains in doubt.
func (r *reader) notFollowed(line int, text, what string, chains ...*chain) {
	reason := fmt.Sprintf("line %d %s", line, what)
	r.notes = append(r.notes, device.Note{Line: line, Text: text, Reason: reason + "; the chain is indeterminate"})
	for _, c := range chains {
		if c.doubt == "" {
			c.doubt, c.doubtful = reason, ruleLine{line: line, text: text}
		}
	}
}
