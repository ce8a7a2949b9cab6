package estate

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestReadFile: what is no regular file is refused before it is opened, whatever leads
// to it.
func TestReadFile(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "edge.json")
	if err := os.WriteFile(file, []byte(strings.Repeat("x", 100_000)), 0o600); err != nil {
		t.Fatal(err)
	}
	link := filepath.Join(dir, "link")
	if err := os.Symlink("/dev/null", link); err != nil {
		t.Skip(err)
	}
	for _, tt := range []struct{ path, want string }{
		{file, ""},
		{dir, "is a directory; name a file in it"},
		{"/dev/zero", "is a device; only regular files are read"},
		{link, "is a device; only regular files are read"},
		{pipe(t, dir), "is a named pipe; only regular files are read: write the ruleset to a file first"},
		{filepath.Join(dir, "absent"), "no such file"},
		{"absent", "no such file or directory (a relative path starts in "},
	} {
		done := make(chan error, 1)
		var content []byte
		go func() {
			var err error
			content, _, err = readFile(tt.path)
			done <- err
		}()
		select {
		case err := <-done:
			if tt.want == "" && (err != nil || len(content) != 100_000) || tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)) {
				t.Errorf("%s: %d bytes, %v; want %q", tt.path, len(content), err, tt.want)
			}
		case <-time.After(10 * time.Second):
			t.Errorf("%s: hangs", tt.path)
		}
	}
}
