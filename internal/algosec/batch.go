package algosec

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"sync/atomic"
	"time"
)

// A batch gathers what several callers want of one application.
type batch struct {
	members []*member

	done   chan struct{}
	result Result
	left   Progress
	err    error
}

// A member is one caller of a batch.
type member struct {
	ctx      context.Context
	desired  Desired
	progress Progress
	// checked is closed when it is known whether the member takes part.
	checked   chan struct{}
	takesPart bool
}

// ApplyFlows is Apply for a caller that has a part of an application's flows, as a
// resource for a single flow has. An application has one draft, and cannot be
// changed while a change request is open for it: so that callers of one
// application do not shut each other out, those that come within
// [Config.BatchWindow] of the first, or while an earlier apply is under way,
// are written into one draft and share one change request, result, progress and
// error.
//
// A caller that comes later finds the change request open and is refused, so many
// flows of one application belong into one [Desired].
func (c *Client) ApplyFlows(ctx context.Context, d Desired, p Progress) (Result, Progress, error) {
	if d.Exclusive {
		return Result{}, p, errors.New("AlgoSec: flows that are applied one by one cannot be the only ones of their application")
	}
	w := c.writer(d.Application)
	m := &member{ctx: ctx, desired: d, progress: p, checked: make(chan struct{})}
	b, leader := c.join(w, m)
	if leader {
		// In the background: it goes on for the others if this caller is canceled.
		go c.lead(w, b)
	}

	// What is wrong with this caller's flows is not to fail the others'.
	ch, err := c.Diff(ctx, d, p)
	c.mu.Lock()
	unfinished := !p.IsZero() || !w.progress.IsZero()
	c.mu.Unlock()
	m.takesPart = err == nil && (unfinished || !ch.Empty())
	close(m.checked)
	switch {
	case err != nil:
		return Result{}, p, err
	case !m.takesPart:
		return Result{Application: ch.Application}, Progress{}, nil
	}
	// Also when canceled: what was begun by then has to be known.
	<-b.done
	return b.result, b.left.clone(), b.err
}

// join adds the caller to the application's open batch, or opens one.
func (c *Client) join(w *writer, m *member) (b *batch, leader bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if w.batch == nil {
		w.batch, leader = &batch{done: make(chan struct{})}, true
	}
	w.batch.members = append(w.batch.members, m)
	return w.batch, leader
}

// lead waits for others to join and applies for all who take part.
func (c *Client) lead(w *writer, b *batch) {
	defer close(b.done)
	time.Sleep(c.conf.BatchWindow)
	// Whoever comes while another apply has the lock still joins. That one ends
	// soon if all are canceled.
	_ = w.lock.acquire(context.Background())
	defer w.lock.release()
	c.mu.Lock()
	w.batch = nil
	c.mu.Unlock()

	var members []*member
	for _, m := range b.members {
		if <-m.checked; m.takesPart {
			members = append(members, m)
		}
	}
	if len(members) == 0 {
		return
	}
	d, p, err := merge(members)
	b.left = p
	if err != nil {
		b.err = err
		return
	}
	ctx, stop := whileAny(members)
	defer stop()
	b.result, b.left, b.err = c.applyLocked(ctx, w, d, p)
}

// whileAny returns a context that is canceled when the last member's is.
func whileAny(members []*member) (context.Context, func()) {
	ctx, cancel := context.WithCancel(context.WithoutCancel(members[0].ctx))
	var left atomic.Int64
	left.Store(int64(len(members)))
	var stops []func() bool
	for _, m := range members {
		stops = append(stops, context.AfterFunc(m.ctx, func() {
			if left.Add(-1) == 0 {
				cancel()
			}
		}))
	}
	return ctx, func() {
		for _, stop := range stops {
			stop()
		}
		cancel()
	}
}

// merge returns what all want together, and the latest progress.
func merge(members []*member) (Desired, Progress, error) {
	all, latest := Desired{Application: members[0].desired.Application}, Progress{}
	var errs []error
	for _, m := range members {
		d := m.desired
		if p := m.progress; max(p.Draft, p.Base) >= max(latest.Draft, latest.Base) && !p.IsZero() {
			latest = p
		}
		all.Create = all.Create || d.Create
		for _, f := range d.Flows {
			there := all.flow(f.Name)
			if there == nil {
				all.Flows = append(all.Flows, f)
			} else if !reflect.DeepEqual(*there, f) {
				errs = append(errs, fmt.Errorf("AlgoSec: flow %q of application %q is declared twice, differently", f.Name, d.Application))
			}
		}
		all.Owned = append(all.Owned, d.Owned...)
		if d.Since != nil && (all.Since == nil || all.Since.Revision < d.Since.Revision) {
			all.Since = d.Since
		}
	}
	return all, latest, errors.Join(errs...)
}
