package delivery

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/additions"
)

// An Order says which rules one owner has to have on the device, and no others.
type Order struct {
	Owner string
	Want  []additions.Rule
	// Check is asked about the device and the additions file as they are found, before
	// anything is written; its error is that of the order. It may be nil. The state is nil
	// where nothing is sent.
	Check func(*State, *additions.File) error
}

// pending is an order that waits for its delivery.
type pending struct {
	Order
	done chan struct{}
	err  error
}

// fail ends the order with an error, unless it has one.
func (p *pending) fail(err error) {
	if p.err == nil {
		p.err = err
	}
}

// queue holds the orders of a device.
type queue struct {
	mu      sync.Mutex
	orders  []*pending
	running bool
}

// Deliver makes the order, together with others that are given at the same time. It
// returns when the device has been read again and is as ordered. Its error tells what the
// device has instead, and how to take it back.
func (d *Device) Deliver(ctx context.Context, o Order) error {
	p := &pending{Order: o, done: make(chan struct{})}
	d.queue.mu.Lock()
	d.queue.orders = append(d.queue.orders, p)
	lead := !d.queue.running
	d.queue.running = true
	d.queue.mu.Unlock()
	defer d.Gather.wait()()
	if lead {
		go d.work(context.WithoutCancel(ctx))
	}
	<-p.done
	return p.err
}

// work makes deliveries until no order is left. Each takes all orders that are there. A
// delivery that has begun goes on when its caller has gone: half of one is worse.
func (d *Device) work(ctx context.Context) {
	for {
		d.Gather.settle(func() int {
			d.queue.mu.Lock()
			defer d.queue.mu.Unlock()
			return len(d.queue.orders)
		})
		d.queue.mu.Lock()
		orders := d.queue.orders
		d.queue.orders = nil
		if len(orders) == 0 {
			d.queue.running = false
			d.queue.mu.Unlock()
			return
		}
		d.queue.mu.Unlock()
		d.deliver(ctx, orders)
		for _, p := range orders {
			close(p.done)
		}
	}
}

// A Gathering knows who may still give orders, so that a delivery waits a little for
// those who are about to. It is shared by all devices; nil waits for nobody.
type Gathering struct{ busy atomic.Int64 }

// Bounds of the wait for more orders.
const (
	gatherQuiet = 150 * time.Millisecond
	gatherMost  = 10 * time.Second
	gatherPoll  = 10 * time.Millisecond
)

// Enter says that somebody may give orders, until leave is called.
func (g *Gathering) Enter() (leave func()) {
	if g == nil {
		return func() {}
	}
	g.busy.Add(1)
	return func() { g.busy.Add(-1) }
}

// Pause says that somebody who has entered waits for others, until resume is called.
func (g *Gathering) Pause() (resume func()) { return g.wait() }

// wait says that somebody who has entered waits.
func (g *Gathering) wait() (resume func()) {
	if g == nil {
		return func() {}
	}
	g.busy.Add(-1)
	return func() { g.busy.Add(1) }
}

// settle returns when no more orders come: nobody is about to give one, and none came for
// a while.
func (g *Gathering) settle(orders func() int) {
	if g == nil {
		return
	}
	n, quiet := orders(), time.Duration(0)
	if n == 0 {
		return
	}
	for waited := time.Duration(0); waited < gatherMost && (quiet < gatherQuiet || g.busy.Load() > 0); waited += gatherPoll {
		time.Sleep(gatherPoll)
		quiet += gatherPoll
		if now := orders(); now != n {
			n, quiet = now, 0
		}
	}
}
