package algosec

import "slices"

// Baseline is what an application held when it was last seen without a draft: the
// flows of an active revision, or of one whose change request is open. The caller
// keeps it, as JSON. What a later draft holds beyond it is what the draft would change.
type Baseline struct {
	// Application and Revision are those that were seen.
	Application int64 `json:"application"`
	Revision    int64 `json:"revision"`
	// Flows holds the digests of what the flows mean, by name.
	Flows map[string]string `json:"flows,omitempty"`
}

// Baseline returns what the application holds, nil while it is a draft.
func (a *Application) Baseline() *Baseline {
	if a.Status != RevisionActive && a.Status != RevisionPending {
		return nil
	}
	return &Baseline{Application: a.ID, Revision: a.Revision, Flows: begin(a).Flows}
}

// of reports whether the baseline can be what the draft was made from.
func (b *Baseline) of(app *Application) bool {
	return b != nil && b.Application == app.ID && b.Revision < app.Revision
}

// An origin is how a draft is known to be ours.
type origin int

const (
	unknownOrigin origin = iota
	// toldOrigin: by the progress that the caller has kept.
	toldOrigin
	// keptOrigin: by the progress that this client, or an earlier one, has kept.
	keptOrigin
	// contentOrigin: by its content. Whoever made it, it changes nothing but what is
	// wanted.
	contentOrigin
)

// attribute returns the progress by which the draft is ours, or told as it is.
//
// A process that was killed has left no progress with its caller. What it began is
// found by what the client keeps on the way, or else by the content of the draft: if
// all that it changes, as against what was there before it, is what is wanted now,
// then to go on with it is to do what is wanted and nothing else.
func (c *Client) attribute(app *Application, d Desired, told Progress, wanted map[string]meaning) (Progress, origin) {
	if app == nil || app.Status != RevisionDraft {
		return told, toldOrigin
	}
	c.mu.Lock()
	memory := Progress{}
	if w := c.writers[d.Application]; w != nil {
		memory = w.progress.clone()
	}
	c.mu.Unlock()
	candidates := []Progress{told, memory, c.kept(d.Application)}
	for i, p := range candidates {
		switch {
		case !p.covers(app):
		case i == 0:
			return p, toldOrigin
		default:
			return p, keptOrigin
		}
	}
	if d.Since.of(app) {
		candidates = append(candidates, Progress{Application: app.ID, Base: d.Since.Revision, Draft: app.Revision, Flows: d.Since.Flows})
	}
	for _, p := range candidates {
		if p.Creating || !p.begunOrBased(app) {
			continue
		}
		if p = p.wanting(d, wanted); p.covers(app) && p.changed(app) {
			p.Draft = app.Revision
			return p, contentOrigin
		}
	}
	for _, p := range candidates[:3] {
		if p.began(app) {
			return p, toldOrigin
		}
	}
	return told, unknownOrigin
}

// begunOrBased is began, also where nothing is known to have been written.
func (p Progress) begunOrBased(app *Application) bool {
	return p.began(app) || p.Draft == 0 && p.Base != 0 && p.Application == app.ID && app.Revision > p.Base
}

// wanting returns the progress as if all that is wanted had been written.
func (p Progress) wanting(d Desired, wanted map[string]meaning) Progress {
	p = p.clone()
	for name, m := range wanted {
		if p.Flows[name] != m.digest() {
			p.writes(name, &m)
		}
	}
	for name := range p.Flows {
		if d.deletes(name) {
			p.writes(name, nil)
		}
	}
	return p
}

// deletes reports whether a flow of the name is to be deleted, if there is one.
func (d Desired) deletes(name string) bool {
	return d.flow(name) == nil && (d.Exclusive || slices.Contains(d.Owned, name))
}

// touches reports whether the draft of p changes anything of what is declared.
func (p Progress) touches(d Desired) bool {
	for name := range p.Written {
		if d.flow(name) != nil || d.deletes(name) {
			return true
		}
	}
	return false
}

// unapplied returns what the draft of somebody else has as it is wanted, and what
// was there before it has not, or may not have: flows, and deletions, that nobody has
// applied. Sorted.
func unapplied(app *Application, d Desired, wanted map[string]meaning) []string {
	var names []string
	known := d.Since.of(app)
	for name, m := range wanted {
		if f := app.Flow(name); f != nil && f.meaning() == m && (!known || d.Since.Flows[name] != m.digest()) {
			names = append(names, name)
		}
	}
	for _, name := range d.Owned {
		if !d.deletes(name) || app.Flow(name) != nil {
			continue
		}
		if _, there := d.sinceFlows()[name]; !known || there {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

func (d Desired) sinceFlows() map[string]string {
	if d.Since == nil {
		return nil
	}
	return d.Since.Flows
}
