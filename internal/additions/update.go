package additions

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
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
	if owner == "" {
		return nil, errors.New("a rule of the additions file needs an owner")
	}
	target, err := resolve(path)
	if errors.Is(err, fs.ErrNotExist) {
		if len(want) == 0 {
			return &File{path: path}, nil // nobody owns anything
		}
		if err := os.MkdirAll(filepath.Dir(path), newDirMode); err != nil {
			return nil, fmt.Errorf("cannot create the directory of the additions file: %w", err)
		}
		target, err = resolve(path)
	}
	if err != nil {
		return nil, fmt.Errorf("cannot find the additions file: %w", err)
	}
	release, err := acquire(ctx, target)
	if err != nil {
		return nil, err
	}
	defer release()

	f, err := load(path, target)
	if err != nil {
		return nil, err
	}
	if check != nil {
		if err := check(f); err != nil {
			return nil, err
		}
	}
	items := f.merge(owner, want)
	if len(items) == len(f.items) && !slices.ContainsFunc(items, item.isNew) {
		return f, nil
	}
	next, err := compose(path, items, f.tail)
	if err != nil {
		return nil, err
	}
	if err := replace(d, target, next.content); err != nil {
		return nil, fmt.Errorf("writing the additions file: %w", err)
	}
	next.remember()
	return next, nil
}
