package additions

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"
)

// Update makes want the rules that owner owns in the file at path, and returns the
// file as it then is. Other owners' rules and hand-made rules stay. A rule that
// several owners want stands in the file once. Without a difference nothing is
// written; a missing file, and its directory, is created when there is something to
// write.
//
// Check is called with the file as it is found under the lock, before anything is
// changed; its error is returned as it is, and nothing is written. It may be nil.
//
// While another process writes the file Update waits, at most until ctx ends or
// [LockTimeout] has passed.
func Update(ctx context.Context, path, owner string, want []Rule, check func(*File) error) (*File, error) {
	return update(ctx, osDisk{}, path, owner, want, check)
}

func update(ctx context.Context, d disk, path, owner string, want []Rule, check func(*File) error) (*File, error) {
	var next *File
	err := hold(ctx, d, path, LockTimeout, len(want) > 0, func(h *Held) error {
		if check != nil {
			if err := check(h.File); err != nil {
				return err
			}
		}
		var err error
		if next, err = h.File.With(owner, want); err != nil {
			return err
		}
		return h.Write(next)
	})
	if err != nil {
		return nil, err
	}
	if next == nil {
		next = &File{path: path}
	}
	return next, nil
}

// A Held file is one that nobody else writes to.
type Held struct {
	// File is the file as it is.
	File *File

	disk   disk
	path   string
	target string
}

// Hold calls work with the file at path, while the lock is held. It waits for other
// processes at most that long; see [LockTimeout].
func Hold(ctx context.Context, path string, wait time.Duration, work func(*Held) error) error {
	return hold(ctx, osDisk{}, path, wait, true, work)
}

// hold leaves out the work where there is no directory and none is to be made: nobody owns
// anything there.
func hold(ctx context.Context, d disk, path string, wait time.Duration, create bool, work func(*Held) error) error {
	target, err := resolve(path)
	if errors.Is(err, fs.ErrNotExist) {
		if !create {
			return nil
		}
		if err := os.MkdirAll(filepath.Dir(path), newDirMode); err != nil {
			return fmt.Errorf("cannot create the directory of the additions file: %w", err)
		}
		target, err = resolve(path)
	}
	if err != nil {
		return fmt.Errorf("cannot find the additions file: %w", err)
	}
	release, err := acquire(ctx, target, wait)
	if err != nil {
		return err
	}
	defer release()
	f, err := load(path, target)
	if err != nil {
		return err
	}
	return work(&Held{File: f, disk: d, path: path, target: target})
}

// Write makes next, which was made from the file by [File.With], the file; first it
// writes the companions, files that tell of it. What is already so is not written. After
// a crash the file is never newer than its companions.
func (h *Held) Write(next *File, companions ...Companion) error {
	for _, c := range companions {
		if err := c.write(h.disk); err != nil {
			return err
		}
	}
	if next.sameText(h.File) {
		return nil
	}
	if err := replace(h.disk, h.target, next.content); err != nil {
		return fmt.Errorf("writing the additions file: %w", err)
	}
	next.remember()
	h.File = next
	return nil
}

// A Companion is a file that is written together with an additions file.
type Companion struct {
	Path    string
	Content []byte
}

func (c Companion) write(d disk) error {
	if now, err := os.ReadFile(c.Path); err == nil && bytes.Equal(now, c.Content) {
		return nil
	}
	target, err := resolve(c.Path)
	if errors.Is(err, fs.ErrNotExist) {
		if err := os.MkdirAll(filepath.Dir(c.Path), newDirMode); err != nil {
			return fmt.Errorf("cannot create the directory of %s: %w", c.Path, err)
		}
		target, err = resolve(c.Path)
	}
	if err == nil {
		err = replace(d, target, c.Content)
	}
	if err != nil {
		return fmt.Errorf("writing %s: %w", c.Path, err)
	}
	return nil
}

// With returns the file in which owner owns exactly want, which is f if that is so.
func (f *File) With(owner string, want []Rule) (*File, error) {
	if owner == "" {
		return nil, errors.New("a rule of the additions file needs an owner")
	}
	items := f.merge(owner, want)
	if len(items) == len(f.items) && !slices.ContainsFunc(items, item.isNew) {
		return f, nil
	}
	return compose(f.path, items, f.tail)
}

// sameText reports whether there is nothing to write.
func (f *File) sameText(o *File) bool { return f == o || bytes.Equal(f.content, o.content) }
