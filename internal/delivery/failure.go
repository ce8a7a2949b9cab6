package delivery

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/additions"
)

// A Failure says that a device does not have what was delivered, or that the command says
// so.
type Failure struct {
	// Title names the device.
	Title string
	// Cause is the error of the command, nil if it claims success.
	Cause error
	// Unread is why the device could not be read again, nil if it was.
	Unread error
	// Difference is how its lists differ from what they were to be, and Traffic what that
	// means, a line each.
	Difference, Traffic []string
	// Undone says what became of taking it back, empty where that was not tried.
	Undone string

	// restored says that the device has what it had before.
	restored bool
	undo     string
	lists    []string
}

// Restored reports whether the device has again what it had before.
func (f *Failure) Restored() bool { return f.restored }

func (f *Failure) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "the delivery to %s failed", f.Title)
	switch {
	case f.Cause != nil && len(f.Difference) == 0 && f.Unread == nil:
		fmt.Fprintf(&b, ": %s. Its rules are there all the same", f.Cause)
	case f.Cause != nil:
		fmt.Fprintf(&b, ": %s", f.Cause)
	default:
		b.WriteString(": the command claims success, but the device says otherwise")
	}
	block := func(head string, lines []string) {
		if len(lines) > 0 {
			fmt.Fprintf(&b, "\n%s:\n  %s", head, strings.Join(lines, "\n  "))
		}
	}
	block("What it has instead of what it was to have", f.Difference)
	block("In traffic", f.Traffic)
	if f.Unread != nil {
		fmt.Fprintf(&b, "\nIt could not be read again, so that nobody knows what it has: %s", f.Unread)
	}
	if f.Undone != "" {
		b.WriteString("\n" + f.Undone)
	}
	if !f.restored && f.undo != "" {
		block("To take it back by hand", strings.Split(strings.TrimRight(f.undo, "\n"), "\n"))
	}
	return b.String()
}

// Unwrap returns Cause.
func (f *Failure) Unwrap() error { return f.Cause }

// takeBack undoes what the failed delivery has done, as the device was read after it, or
// tells how to.
func (r *run) takeBack(ctx context.Context, f *Failure, now *Text) {
	d := r.d
	if len(compare(r.before, now)) == 0 {
		f.restored, f.Undone = true, "The device has what it had before."
		return
	}
	undo, err := r.undoing(now)
	if err != nil {
		f.Undone = "How to take it back is not known: " + err.Error() + "."
		return
	}
	// What leads into the configuration is not shown: it may hold a password.
	if f.undo = undo.Whole(now.Format, d.Title+", taken back", nil); f.undo == "" {
		f.Undone = "Nothing of it is ours."
		return
	}
	if !d.UndoOnFailure {
		return
	}
	cause := d.Send(ctx, d.whole(f.undo), Undo, r.lists(), r.lock)
	then, unread := d.Read(ctx)
	if unread != nil {
		f.Undone = fmt.Sprintf("It was taken back (undo_on_failure), but the device could not be read then: %s.", unread)
		return
	}
	d.learn(then)
	switch difference := compare(r.before, then); {
	case len(difference) == 0:
		f.restored, f.Undone = true, "It was taken back (undo_on_failure): the device has what it had before."
	case cause != nil:
		f.Undone = fmt.Sprintf("Taking it back (undo_on_failure) failed too: %s.", cause)
	default:
		f.Undone = "It was taken back (undo_on_failure), and the device still has something else than before:\n  " + strings.Join(difference, "\n  ")
	}
}

// undoing is the script that takes out what was put in, and puts in what was taken out, as
// far as that has happened.
func (r *run) undoing(now *Text) (*Script, error) {
	had := func(rule additions.Rule) bool { // what was there is put back where it is gone
		return slices.ContainsFunc(r.script.Out, rule.Same)
	}
	var c Change
	for _, rule := range r.script.In {
		if !had(rule) {
			c.Take = append(c.Take, rule)
		}
	}
	c.Put = r.script.Out
	return Compile(now, c)
}
