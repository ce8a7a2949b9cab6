package estate

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// MaxFileSize is the largest ruleset file that is read, in bytes.
const MaxFileSize = 1 << 30

// readFile returns what a regular file holds. Nothing else is opened: a pipe would
// wait for somebody to write, and a device may never end.
func readFile(path string) ([]byte, stamp, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, stamp{}, notFound(path, err)
	}
	if err := readable(path, info); err != nil {
		return nil, stamp{}, err
	}
	f, err := os.OpenFile(path, os.O_RDONLY|nonblocking, 0)
	if err != nil {
		return nil, stamp{}, notFound(path, err)
	}
	defer func() { _ = f.Close() }() // nothing was written
	// Another file may stand there by now.
	if info, err = f.Stat(); err != nil {
		return nil, stamp{}, notFound(path, err)
	}
	if err := readable(path, info); err != nil {
		return nil, stamp{}, err
	}
	// A file may grow while it is read, or be one of those of the kernel that show the
	// size 0.
	content := make([]byte, 0, info.Size()+512)
	for len(content) <= MaxFileSize {
		n, err := f.Read(content[len(content):cap(content)])
		content = content[:len(content)+n]
		switch {
		case errors.Is(err, io.EOF):
			return content, stamp{info.Size(), info.ModTime()}, nil
		case err != nil:
			return nil, stamp{}, notFound(path, err)
		case len(content) == cap(content):
			content = append(content, 0)[:len(content)]
		}
	}
	return nil, stamp{}, tooLarge(path, int64(len(content)))
}

// readable tells what keeps a file from being read as a ruleset.
func readable(path string, info fs.FileInfo) error {
	switch mode := info.Mode(); {
	case mode.IsDir():
		return fmt.Errorf("%s: is a directory; name a file in it", path)
	case !mode.IsRegular():
		return fmt.Errorf("%s: is %s; only regular files are read: write the ruleset to a file first", path, kindOf(mode))
	case info.Size() > MaxFileSize:
		return tooLarge(path, info.Size())
	}
	return nil
}

func tooLarge(path string, size int64) error {
	return fmt.Errorf("%s has %d bytes; at most %d are read", path, size, MaxFileSize)
}

// kindOf names what is no regular file.
func kindOf(mode fs.FileMode) string {
	switch {
	case mode&fs.ModeNamedPipe != 0:
		return "a named pipe"
	case mode&fs.ModeSocket != 0:
		return "a socket"
	case mode&fs.ModeDevice != 0:
		return "a device"
	}
	return "no regular file"
}

// notFound tells why a path cannot be read, without the name of the system call.
func notFound(path string, err error) error {
	if broken := new(fs.PathError); errors.As(err, &broken) {
		err = fmt.Errorf("%s: %w", path, broken.Err)
	}
	if wd, wdErr := os.Getwd(); wdErr == nil && !filepath.IsAbs(path) {
		err = fmt.Errorf("%w (a relative path starts in %s)", err, wd)
	}
	return err
}
