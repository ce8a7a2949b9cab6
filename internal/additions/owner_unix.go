//go:build unix

package additions

import (
	"fmt"
	"io/fs"
	"os"
	"syscall"
)

// keepOwner gives a new file the user and group of the one that it takes the place of.
func keepOwner(file diskFile, old fs.FileInfo) error {
	stat, ok := old.Sys().(*syscall.Stat_t)
	if !ok || int(stat.Uid) == os.Geteuid() && int(stat.Gid) == os.Getegid() {
		return nil
	}
	if err := file.Chown(int(stat.Uid), int(stat.Gid)); err != nil {
		return fmt.Errorf("the file belongs to user %d and group %d, which a new one cannot be given: %w", stat.Uid, stat.Gid, err)
	}
	return nil
}
