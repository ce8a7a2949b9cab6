//go:build unix

package delivery

import (
	"context"
	"errors"
	"fmt"
	"os"
	"syscall"
	"time"
)

// runLock is the lock of a delivery. Commands inherit it: it is held by one whose
// provider was killed.
type runLock struct{ file *os.File }

// lockRun waits until no command for the ledger runs any more.
func lockRun(ctx context.Context, ledger string, wait time.Duration) (*runLock, error) {
	f, err := os.OpenFile(SentMark(ledger), os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		return nil, fmt.Errorf("cannot lock the delivery: %w", err)
	}
	const poll = 20 * time.Millisecond
	for waited := time.Duration(0); ; waited += poll {
		err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		switch {
		case err == nil:
			return &runLock{f}, nil
		case !errors.Is(err, syscall.EWOULDBLOCK) && !errors.Is(err, syscall.EINTR):
			_ = f.Close()
			return nil, fmt.Errorf("cannot lock the delivery by %s: %w", f.Name(), err)
		case waited >= wait || ctx.Err() != nil:
			_ = f.Close()
			return nil, fmt.Errorf("a command of an earlier delivery still runs, whose provider is gone: it holds %s; end it, or wait for it", f.Name())
		}
		time.Sleep(poll)
	}
}

// release closes the file: the lock is free once all that have inherited it have ended.
func (l *runLock) release() { _ = l.file.Close() }
