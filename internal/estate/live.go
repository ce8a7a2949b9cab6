package estate

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/device"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/header"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/live"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/visible"
)

// A Source says how the text of a ruleset or device is read from the firewall itself. It is
// read once for each estate, when it is first needed. One of Command and Request is set.
type Source struct {
	Command *live.Command
	Request *live.Request
	// MaxAge is how old the text may be by the date that it carries; zero means that it is
	// not asked.
	MaxAge time.Duration
	// Zone is the time zone of dates that name none; nil means UTC.
	Zone *time.Location
}

// Origin names the source for people, without arguments and query.
func (s *Source) Origin() string {
	switch {
	case s.Command != nil && len(s.Command.Args) > 0:
		return "command " + filepath.Base(s.Command.Args[0])
	case s.Request != nil:
		return s.Request.Address()
	}
	return "source"
}

// maxReads is how many sources of one estate are read at a time.
const maxReads = 8

// A surrounding is what sources need that is no part of a ruleset.
type surrounding struct {
	context  context.Context
	gate     live.Gate
	getenv   func(string) string
	now      time.Time
	slots    chan struct{}
	progress func(Progress)
}

func newSurrounding(c Config) *surrounding {
	s := &surrounding{context: c.Context, gate: c.Commands, getenv: c.Getenv, now: c.Now, slots: make(chan struct{}, maxReads), progress: c.Progress}
	if s.context == nil {
		s.context = context.Background()
	}
	if s.getenv == nil {
		s.getenv = func(string) string { return "" }
	}
	if s.progress == nil {
		s.progress = func(Progress) {}
	}
	return s
}

// An obtained text is that of a ruleset or device as it is now.
type obtained struct {
	content []byte
	stamp   stamp
	// live says that it was read from the firewall itself, secrets are what was sent there.
	live    bool
	secrets live.Secrets
}

// once returns what reads a text: that of a firewall once, a file whenever it is asked, since
// files are large and are not kept.
func (s *surrounding) once(name string, c RulesetConfig) func() (obtained, error) {
	read := func() (obtained, error) { return s.obtain(s.context, name, c) }
	if c.Source == nil {
		return read
	}
	return sync.OnceValues(read)
}

// ahead begins to read what is read from firewalls, so that one does not wait for another.
func ahead(rulesets ...*ruleset) {
	if len(rulesets) < 2 {
		return
	}
	for _, rs := range rulesets {
		if rs.config.Source != nil {
			go func() { _, _ = rs.text() }() // whoever needs it is told
		}
	}
}

// obtain reads a text.
func (s *surrounding) obtain(ctx context.Context, name string, c RulesetConfig) (got obtained, err error) {
	switch {
	case c.Source != nil:
		got.live = true
		got.content, got.secrets, err = s.readLive(ctx, name, c.Source)
		err = got.hide(err)
	case c.Path != "":
		got.content, got.stamp, err = readFile(c.Path)
	default:
		got.content = []byte(c.Content)
	}
	return got, err
}

// readLive reads from the firewall, and refuses what cannot be its whole text.
func (s *surrounding) readLive(ctx context.Context, name string, source *Source) ([]byte, live.Secrets, error) {
	select {
	case s.slots <- struct{}{}:
		defer func() { <-s.slots }()
	case <-ctx.Done():
		return nil, live.Secrets{}, context.Cause(ctx)
	}
	s.progress(Progress{Ruleset: name, Origin: source.Origin()})
	began := time.Now()
	content, secrets, measured, err := source.read(ctx, s)
	if err == nil {
		err = source.check(content, measured, s.now)
	}
	if err != nil {
		return nil, secrets, err
	}
	s.progress(Progress{Ruleset: name, Origin: source.Origin(), Bytes: len(content), Took: time.Since(began)})
	return content, secrets, nil
}

// read returns the text, what was sent that is secret, and whether the text was said to be
// as long as it is.
func (s *Source) read(ctx context.Context, around *surrounding) (content []byte, secrets live.Secrets, measured bool, err error) {
	if s.Request == nil {
		result, err := s.Command.Run(ctx, around.gate)
		if err == nil && len(bytes.TrimSpace(result.Output)) == 0 {
			err = errors.New("the " + s.Origin() + " wrote nothing, and ended as if all were well" + said(result.Complaint))
		}
		return result.Output, s.Command.AllSecrets(), false, err
	}
	request, err := s.Request.WithEnvironment(around.getenv)
	if err != nil {
		return nil, request.Secrets(), false, err
	}
	reply, err := request.Get(ctx)
	if err == nil && len(bytes.TrimSpace(reply.Body)) == 0 {
		err = fmt.Errorf("%s answers with an empty text", request.Address())
	}
	return reply.Body, request.Secrets(), !reply.Unmeasured, err
}

func said(complaint string) string {
	if complaint == "" {
		return ""
	}
	return "; it says: " + complaint
}

// check refuses what is not the whole and recent text of a firewall.
func (s *Source) check(content []byte, measured bool, now time.Time) error {
	if at := firstInvalid(content); at >= 0 {
		return fmt.Errorf("the text from %s is not UTF-8: line %d has bytes that are no character; convert it on the way, as with iconv", s.Origin(), bytes.Count(content[:at], []byte("\n"))+1)
	}
	if isWebPage(content) {
		return fmt.Errorf("the text from %s is a web page (HTML), such as a login page, and none of a firewall: see whether the address and the credentials are right", s.Origin())
	}
	if why := header.Cut(content); why != "" {
		return fmt.Errorf("the text from %s is not whole: %s", s.Origin(), why)
	}
	if line := openLine(content); line != "" && !measured {
		return fmt.Errorf("the text from %s may be cut off: its last line, which begins with %q, has no end; where the program leaves it out, let it add a line break", s.Origin(), line)
	}
	if s.MaxAge > 0 {
		return s.checkAge(content, now)
	}
	return nil
}

// settle takes out of a document that was read from a firewall what changes by itself, and
// refuses one that says nothing: a program may say that it failed and end as if all were
// well, and whoever may see nothing is shown an empty list.
func settle(doc *device.Document) error {
	rules := 0
	for i := range doc.Lists {
		for k := range doc.Lists[i].Rules {
			if !doc.Lists[i].Rules[k].Implied {
				rules++
			}
		}
	}
	f, _ := format.Lookup(doc.Format)
	switch {
	case len(doc.Lists)+len(doc.Interfaces) == 0:
		return fmt.Errorf("the text, which was read as %s, has no access list and no interface", doc.Format)
	case rules == 0 && len(doc.Notes) > 0:
		return fmt.Errorf("the text, which was read as %s, has no rule, and line %d is not understood: %s", doc.Format, doc.Notes[0].Line, visible.Text(doc.Notes[0].Text))
	case rules == 0 && f.Family == "list":
		return errors.New("the text is an empty list, as of somebody who may see nothing; a list that is meant to be empty stands in content")
	}
	format.DropAllCounters(doc)
	return nil
}

// maxAhead is how far the clock of a firewall may be ahead of ours.
const maxAhead = 15 * time.Minute

// checkAge compares the date that the text carries with MaxAge.
func (s *Source) checkAge(content []byte, now time.Time) error {
	zone := s.Zone
	if zone == nil {
		zone = time.UTC
	}
	date, found, err := header.Find(content, zone)
	shown := date.At.Format("2006-01-02 15:04:05 MST")
	switch age := now.Sub(date.At); {
	case err != nil:
		return fmt.Errorf("max_age: the text from %s: %w", s.Origin(), err)
	case !found:
		return fmt.Errorf("max_age is set, and the text from %s has no date that could be compared with it; leave max_age out", s.Origin())
	case -age > maxAhead:
		return fmt.Errorf("max_age: the date of the text from %s lies ahead: line %d has %s, and it is %s; see whether time_zone is the device's", s.Origin(), date.Line, shown, now.UTC().Format("2006-01-02 15:04:05 MST"))
	case age > s.MaxAge && date.Made:
		return fmt.Errorf("the text from %s is too old: by line %d it was made at %s, which is %s ago; max_age is %s", s.Origin(), date.Line, shown, days(age), days(s.MaxAge))
	case age > s.MaxAge:
		return fmt.Errorf("the text from %s may be too old: by line %d the configuration was last changed at %s, which is %s ago, and no line says when the text was made; max_age is %s", s.Origin(), date.Line, shown, days(age), days(s.MaxAge))
	}
	return nil
}

// days writes a duration in the largest units that people count in.
func days(d time.Duration) string {
	switch n := int(d / (24 * time.Hour)); {
	case n > 2 || n > 0 && d%(24*time.Hour) == 0:
		return fmt.Sprintf("%d days", n)
	}
	d = d.Round(time.Second)
	if d > time.Hour {
		d = d.Round(time.Minute)
	}
	text := d.String()
	for _, end := range []string{"m0s", "h0m"} {
		if strings.HasSuffix(text, end) {
			text = text[:len(text)-2]
		}
	}
	return text
}

// firstInvalid returns where the first byte is that is no UTF-8, -1 if there is none.
func firstInvalid(content []byte) int {
	if utf8.Valid(content) {
		return -1
	}
	for i := 0; i < len(content); {
		r, size := utf8.DecodeRune(content[i:])
		if r == utf8.RuneError && size <= 1 {
			return i
		}
		i += size
	}
	return -1
}

// openLine returns the beginning of the last line if it has no end and may be half of one:
// "permit tcp any any" may have gone on with "eq 443". What closes a text, a comment and
// a prompt are none.
func openLine(content []byte) string {
	last := content[bytes.LastIndexByte(content, '\n')+1:]
	line := string(bytes.TrimSpace(last))
	if line == "" || strings.HasPrefix(line, "#") || strings.HasPrefix(line, "!") || strings.ContainsAny(line[len(line)-1:], "}])>;#$%") {
		return ""
	}
	switch line {
	case "end", ": end", "COMMIT", "exit", "quit", "logout":
		return ""
	}
	if shown := []rune(line); len(shown) > 20 {
		line = string(shown[:20])
	}
	return line
}

// isWebPage reports whether the text begins as HTML does, after a declaration and comments.
func isWebPage(content []byte) bool {
	content = bytes.ToLower(content[:min(len(content), 4096)])
	for {
		content = bytes.TrimLeft(content, "\ufeff \t\r\n")
		var end string
		switch {
		case bytes.HasPrefix(content, []byte("<!doctype html")), bytes.HasPrefix(content, []byte("<html")), bytes.HasPrefix(content, []byte("<head")), bytes.HasPrefix(content, []byte("<body")):
			return true
		case bytes.HasPrefix(content, []byte("<!--")):
			end = "-->"
		case bytes.HasPrefix(content, []byte("<?")):
			end = "?>"
		default:
			return false
		}
		_, rest, found := bytes.Cut(content, []byte(end))
		if !found {
			return false
		}
		content = rest
	}
}

// hide takes what is secret out of an error; also of one that is about the text, which may
// repeat what was sent.
func (o obtained) hide(err error) error {
	if err == nil || !o.secrets.In(err.Error()) {
		return err
	}
	return &hiddenError{o.secrets.Hide(err.Error()), err}
}

// A hiddenError is an error whose text holds no secrets. It does not unwrap: what lies
// behind it may hold them.
type hiddenError struct {
	text string
	err  error
}

func (e *hiddenError) Error() string { return e.text }

// Is lets the kind of the error be asked for.
func (e *hiddenError) Is(target error) bool { return errors.Is(e.err, target) }
