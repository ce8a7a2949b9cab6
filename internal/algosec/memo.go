package algosec

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
)

// A memo shares what was read once among all who ask for it, also while it is
// being read. A read that fails is not kept.
type memo[V any] struct {
	mu      sync.Mutex
	entries map[string]*memoEntry[V]
}

type memoEntry[V any] struct {
	lock  lock
	value V
	known bool
}

// get returns the value of the key, read by fetch if nobody has.
func (m *memo[V]) get(ctx context.Context, key string, fetch func(context.Context) (V, error)) (V, error) {
	m.mu.Lock()
	e := m.entries[key]
	if e == nil {
		e = &memoEntry[V]{lock: newLock()}
		if m.entries == nil {
			m.entries = make(map[string]*memoEntry[V])
		}
		m.entries[key] = e
	}
	m.mu.Unlock()

	var none V
	if err := e.lock.acquire(ctx); err != nil {
		return none, err
	}
	defer e.lock.release()
	if e.known {
		return e.value, nil
	}
	v, err := fetch(ctx)
	if err != nil {
		return none, err
	}
	e.value, e.known = v, true
	return v, nil
}

// forget drops the value. A read that is under way is not shared with anybody
// who asks from now on.
func (m *memo[V]) forget(key string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.entries, key)
}

// A lock is a mutex that one can stop waiting for.
type lock chan struct{}

func newLock() lock { return make(lock, 1) }

func (l lock) acquire(ctx context.Context) error {
	select {
	case l <- struct{}{}:
		return nil
	default:
	}
	select {
	case l <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (l lock) release() { <-l }

// each calls f for 0 to n-1 at the same time, and returns all errors; or the one
// that there was no reply, which cancels the others.
func each(parent context.Context, n int, f func(ctx context.Context, i int) error) error {
	ctx, cancel := context.WithCancel(parent)
	defer cancel()
	errs := make([]error, n)
	var (
		wg   sync.WaitGroup
		down atomic.Pointer[Error]
	)
	for i := range n {
		wg.Go(func() {
			var e *Error
			if errs[i] = f(ctx, i); errors.As(errs[i], &e) && e.Status == 0 {
				down.CompareAndSwap(nil, e)
				cancel()
			}
		})
	}
	wg.Wait()
	if e := down.Load(); e != nil {
		return e
	}
	if err := parent.Err(); err != nil {
		return err
	}
	return errors.Join(errs...)
}

// limited sends a request of which there may be hundreds. The bound is on the
// client, so that ten applications at once do not ask for ten times as much.
func limited[V any](ctx context.Context, c *Client, send func(context.Context) (V, error)) (V, error) {
	select {
	case c.slots <- struct{}{}:
		defer func() { <-c.slots }()
		return send(ctx)
	case <-ctx.Done():
		var none V
		return none, ctx.Err()
	}
}
