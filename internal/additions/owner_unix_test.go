//go:build unix

package additions

import (
	"fmt"
	"os"
	"syscall"
	"testing"
)

// ownership is "user:group mode" of a file.
func ownership(t *testing.T, path string) string {
	t.Helper()
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	stat, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		t.Fatalf("%T", info.Sys())
	}
	return fmt.Sprintf("%d:%d %s", stat.Uid, stat.Gid, info.Mode())
}
