package additions

import (
	"io/fs"
	"os"
	"path/filepath"
)

// A Place is a file, there or not, by whatever name it was found.
type Place struct {
	named  string
	target string      // behind all links, absolute
	info   fs.FileInfo // nil if nothing is there
}

// Locate finds the file that a path leads to. A path that leads nowhere is a place of
// its own.
func Locate(path string) Place {
	p := Place{named: path}
	target, err := resolve(path)
	if err != nil { // its directory is not there
		if target, err = filepath.Abs(path); err != nil {
			target = filepath.Clean(path)
		}
	}
	p.target = target
	if info, err := os.Stat(target); err == nil {
		p.info = info
	}
	return p
}

// String returns the path as it was given.
func (p Place) String() string { return p.named }

// Overwrites reports whether writing an additions file at p would write over what is at
// o: the file itself, by any name, or by the name of the file that takes its place.
func (p Place) Overwrites(o Place) bool {
	return p.target == o.target || temporary(p.target) == o.target ||
		p.info != nil && o.info != nil && os.SameFile(p.info, o.info)
}

// temporary is the file that becomes the one at target. There is one name for all
// writers, who hold the lock: what a killed one left is reused.
func temporary(target string) string {
	dir, base := filepath.Split(target)
	return filepath.Join(dir, "."+base+".acl-tmp")
}
