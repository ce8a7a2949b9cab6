package additions

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
)

// disk is what writing does to the file system. Tests put one with faults in its
// place.
type disk interface {
	// create makes a new file and fails if there is one.
	create(path string, mode fs.FileMode) (diskFile, error)
	rename(from, to string) error
	remove(path string) error
	syncDir(path string) error
}

type diskFile interface {
	io.WriteCloser
	Chmod(fs.FileMode) error
	Chown(uid, gid int) error
	Sync() error
}

type osDisk struct{}

func (osDisk) create(path string, mode fs.FileMode) (diskFile, error) {
	return os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, mode)
}
func (osDisk) rename(from, to string) error { return os.Rename(from, to) }
func (osDisk) remove(path string) error     { return os.Remove(path) }

func (osDisk) syncDir(path string) error {
	if runtime.GOOS == "windows" { // cannot sync directories, and need not
		return nil
	}
	d, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// newFileMode is the mode of a file that was not there, before the umask.
const newFileMode = 0o644

// newDirMode is the mode of a directory that was not there, before the umask.
const newDirMode = 0o755

// replace makes content the content of the file at target, all of it or nothing:
// it writes beside the target, brings that to the disk, and renames. The target
// keeps its mode, user and group. The caller holds the lock.
func replace(d disk, target string, content []byte) (err error) {
	dir, temporary := filepath.Dir(target), temporary(target)
	if err := d.remove(temporary); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("left over from a write that was killed: %w", err)
	}
	mode, keep := fs.FileMode(newFileMode), false
	old, err := os.Stat(target)
	switch info := old; {
	case err == nil && !info.Mode().IsRegular():
		return fmt.Errorf("%s is not a regular file", target)
	case err == nil && info.Mode()&0o200 == 0:
		// A rename would replace it all the same.
		return fmt.Errorf("%s is read-only (mode %s)", target, info.Mode())
	case err == nil:
		mode, keep = info.Mode().Perm(), true
	case !errors.Is(err, fs.ErrNotExist):
		return err
	}
	file, err := d.create(temporary, mode)
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = d.remove(temporary)
		}
	}()
	_, err = file.Write(content)
	if keep && err == nil {
		if err = keepOwner(file, old); err == nil { // before the mode, which it may take bits of away
			err = file.Chmod(mode) // the umask took bits away
		}
	}
	if err == nil {
		err = file.Sync()
	}
	if err = errors.Join(err, file.Close()); err != nil {
		return err
	}
	if err = d.rename(temporary, target); err != nil {
		return err
	}
	if err := d.syncDir(dir); err != nil {
		// The new file is in place, whole; only its survival of a power cut is unsure.
		return fmt.Errorf("%s is written, but its directory could not be brought to the disk: %w", target, err)
	}
	return nil
}
