package algosec

import (
	"fmt"
	"maps"
	"slices"
	"time"
)

// Progress is what is known of a draft that an apply began and did not finish. The
// caller keeps it, as JSON, and hands it to the next apply, which goes on from
// there: without it the draft would be a stranger's. The zero value means that
// nothing is unfinished.
//
// A draft is ours if its revision is Draft, or if it came after Base while our
// first write was under way (its reply may have been lost), and in either case
// only if it holds nothing but the flows of Base and what we wrote. So somebody
// else's edits are noticed in our own draft too. A new application may come as a
// draft; with no flows in it, it is as we made it.
type Progress struct {
	// Application is the id of the application.
	Application int64 `json:"application,omitempty"`
	// Creating says that we were about to create the application.
	Creating bool `json:"creating,omitempty"`
	// Base is the revision that the draft was made from, 0 for an application that
	// we created.
	Base int64 `json:"base,omitempty"`
	// Draft is the revision of the draft, 0 while it is not known.
	Draft int64 `json:"draft,omitempty"`
	// Foreign says that Draft was begun by somebody else, whose edits were to be
	// included; Base is the draft itself then.
	Foreign bool `json:"foreign,omitempty"`
	// Flows holds the digests of what the flows of Base mean, by name.
	Flows map[string]string `json:"flows,omitempty"`
	// Written holds, for each flow that we deleted or wrote, the digests of all
	// that we wrote under its name.
	Written map[string][]string `json:"written,omitempty"`
	// Applied is when the draft was applied, if no reply came.
	Applied time.Time `json:"applied,omitzero"`
}

// IsZero reports whether nothing is unfinished.
func (p Progress) IsZero() bool {
	return p.Application == 0 && !p.Creating && p.Base == 0 && p.Draft == 0
}

func (p Progress) clone() Progress {
	p.Flows = maps.Clone(p.Flows)
	p.Written = maps.Clone(p.Written)
	for name, digests := range p.Written {
		p.Written[name] = slices.Clone(digests)
	}
	return p
}

// begin returns the progress of a draft that is about to be made from the
// application, or that is it.
func begin(app *Application) Progress {
	p := Progress{Application: app.ID, Base: app.Revision, Flows: make(map[string]string)}
	for i := range app.Flows {
		p.Flows[app.Flows[i].Name] = app.Flows[i].meaning().digest()
	}
	return p
}

// writes notes that a flow is about to be deleted, and written if m is not nil.
func (p *Progress) writes(name string, m *meaning) {
	if p.Written == nil {
		p.Written = make(map[string][]string)
	}
	digests := p.Written[name]
	if m != nil && !slices.Contains(digests, m.digest()) {
		digests = append(digests, m.digest())
	}
	p.Written[name] = digests
}

// covers reports whether the application is a draft of ours, and nobody else's.
func (p Progress) covers(app *Application) bool {
	return p.began(app) && !p.Foreign && p.strange(app) == ""
}

// began reports whether the application is a draft that we began, as far as its
// revision tells, whoever has edited it since.
func (p Progress) began(app *Application) bool {
	switch {
	case app.Status != RevisionDraft:
		return false
	case p.Creating:
		return len(app.Flows) == 0
	case app.ID != p.Application:
		return false
	case p.Draft != 0:
		return app.Revision == p.Draft
	}
	return p.Base != 0 && app.Revision > p.Base && len(p.Written) > 0
}

// strange returns what in the application is neither from Base nor written by us,
// or "".
func (p Progress) strange(app *Application) string {
	for i := range app.Flows {
		f := &app.Flows[i]
		digest := f.meaning().digest()
		if p.Flows[f.Name] == digest || slices.Contains(p.Written[f.Name], digest) {
			continue
		}
		if _, ours := p.Flows[f.Name]; ours {
			return fmt.Sprintf("flow %q was changed", clean(f.Name))
		}
		return fmt.Sprintf("flow %q was added", clean(f.Name))
	}
	for _, name := range slices.Sorted(maps.Keys(p.Flows)) {
		if _, ours := p.Written[name]; !ours && app.Flow(name) == nil {
			return fmt.Sprintf("flow %q was deleted", clean(name))
		}
	}
	return ""
}

// changed reports whether the application differs from Base.
func (p Progress) changed(app *Application) bool {
	if len(app.Flows) != len(p.Flows) {
		return true
	}
	for i := range app.Flows {
		if p.Flows[app.Flows[i].Name] != app.Flows[i].meaning().digest() {
			return true
		}
	}
	return false
}
