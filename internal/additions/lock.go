package additions

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/gofrs/flock"
)

// LockTimeout is how long [Update] waits for other processes. A writer holds the
// lock for milliseconds.
const LockTimeout = 2 * time.Minute

// lockSuffix makes the name of the lock file. It stays beside the additions file:
// deleting it could take away the lock that another process is about to hold.
const lockSuffix = ".lock"

// inProcess holds a channel of capacity one for each additions file that this
// process has written. Terraform applies ten resources at a time in one provider
// process; a lock file alone does not order them fairly, and costs more.
var inProcess sync.Map // resolved path -> chan struct{}

// acquire locks the file at target against every other writer. The kernel releases
// the lock file of a process that dies.
func acquire(ctx context.Context, target string, wait time.Duration) (release func(), err error) {
	ctx, cancel := context.WithTimeout(ctx, wait)
	defer cancel()
	started := time.Now()
	entry, _ := inProcess.LoadOrStore(target, make(chan struct{}, 1))
	turn := entry.(chan struct{})
	select {
	case turn <- struct{}{}:
	case <-ctx.Done():
		return nil, fmt.Errorf("gave up waiting for other changes to %s in this process after %s: %w", target, waited(started), ctx.Err())
	}
	lock := flock.New(target+lockSuffix, flock.SetPermissions(0o644))
	locked := make(chan error, 1)
	go func() { locked <- lock.Lock() }()
	select {
	case err = <-locked:
	case <-ctx.Done():
		go func() { // the wait in the kernel cannot be cancelled
			if <-locked == nil {
				_ = lock.Close()
			}
		}()
		<-turn
		return nil, fmt.Errorf("another process holds the lock file %s (gave up after %s: %w); wait until it has finished, or end it: a lock whose process is gone does not count",
			lock.Path(), waited(started), ctx.Err())
	}
	if err != nil {
		<-turn
		return nil, fmt.Errorf("cannot lock the additions file by %s: %w", lock.Path(), err)
	}
	return func() {
		_ = lock.Close()
		<-turn
	}, nil
}

func waited(since time.Time) time.Duration { return time.Since(since).Round(time.Millisecond) }

// resolve returns the absolute path of the file itself, behind symbolic links, so
// that all names of one file share a lock and a write replaces the file and not
// the link. The file need not exist; its directory must.
func resolve(path string) (string, error) {
	const maxLinks = 40 // as Linux
	for range maxLinks {
		abs, err := filepath.Abs(path)
		if err != nil {
			return "", err
		}
		dir, err := filepath.EvalSymlinks(filepath.Dir(abs))
		if err != nil {
			return "", err
		}
		path = filepath.Join(dir, filepath.Base(abs))
		link, err := os.Readlink(path)
		if err != nil {
			return path, nil //nolint:nilerr // it is no link, or not there yet
		}
		if !filepath.IsAbs(link) {
			link = filepath.Join(dir, link)
		}
		path = link
	}
	return "", errors.New(path + ": too many symbolic links")
}
