package additions

import (
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestOverwrites(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	for _, name := range []string{"edge.json", "other.json", ".new.json.acl-tmp"} {
		if err := os.WriteFile(name, []byte("[]"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for from, to := range map[string]string{"link.json": "edge.json", "here": ".", "dangling.json": "absent.json"} {
		if err := os.Symlink(to, from); err != nil {
			t.Skip(err)
		}
	}
	if err := os.Link("edge.json", "hard.json"); err != nil {
		t.Skip(err)
	}
	for _, c := range []struct {
		additions, other string
		want             bool
	}{
		{"edge.json", "edge.json", true},
		{"./edge.json", "edge.json", true},
		{filepath.Join(dir, "edge.json"), "edge.json", true},
		{"link.json", "edge.json", true},
		{"edge.json", "link.json", true},
		{"here/edge.json", "edge.json", true},
		{"here/here/../edge.json", "./edge.json", true},
		{"hard.json", "edge.json", true},
		{"absent.json", "./absent.json", true},
		{"dangling.json", "absent.json", true},
		{"here/absent.json", "absent.json", true},
		{"not/there/x.json", "./not/there/../there/x.json", true},
		{"new.json", ".new.json.acl-tmp", true},
		{"edge.json", "other.json", false},
		{"absent.json", "other.json", false},
		{"not/there/x.json", "x.json", false},
	} {
		if got := Locate(c.additions).Overwrites(Locate(c.other)); got != c.want {
			t.Errorf("%s over %s: %t, want %t", c.additions, c.other, got, c.want)
		}
	}
}

// A file keeps its mode, user and group, or nothing is written.
func TestKeepsOwner(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root gives files away")
	}
	path := filepath.Join(t.TempDir(), "x.json")
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chown(path, 12345, 23456); err != nil {
		t.Skip(err)
	}
	if err := os.Chmod(path, 0o640); err != nil {
		t.Fatal(err)
	}
	own(t, path, "a/b", "permit any any any")
	if got := ownership(t, path); got != "12345:23456 -rw-r-----" {
		t.Errorf("the file is now %s", got)
	}

	_, err := update(context.Background(), noGift{}, path, "a/c", parts(t, "permit any any tcp/1"), nil)
	if err == nil || !strings.Contains(err.Error(), "belongs to user 12345 and group 23456") {
		t.Errorf("error %v", err)
	}
	if f, err := Load(path); err != nil || len(f.items) != 1 {
		t.Errorf("it was written all the same: %v, %v", f, err)
	}
	if left, _ := filepath.Glob(filepath.Join(filepath.Dir(path), ".*acl-tmp")); len(left) > 0 {
		t.Errorf("left over: %s", left)
	}
}

// noGift is a disk whose files cannot be given to others.
type noGift struct{ osDisk }

type ungiven struct{ diskFile }

func (ungiven) Chown(int, int) error { return fs.ErrPermission }

func (d noGift) create(path string, mode fs.FileMode) (diskFile, error) {
	f, err := d.osDisk.create(path, mode)
	return ungiven{f}, err
}
