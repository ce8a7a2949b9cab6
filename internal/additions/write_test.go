package additions

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/gofrs/flock"
)

// faultyDisk fails at its n-th operation. At every operation it lets look at what
// a kill at this instant would leave behind.
type faultyDisk struct {
	osDisk
	failAt, n int
	look      func(operation string)
}

var errDisk = errors.New("the disk is broken")

func (d *faultyDisk) step(operation string) error {
	d.look(operation)
	d.n++
	if d.n == d.failAt {
		return fmt.Errorf("%s: %w", operation, errDisk)
	}
	return nil
}

func (d *faultyDisk) create(path string, mode fs.FileMode) (diskFile, error) {
	if err := d.step("create"); err != nil {
		return nil, err
	}
	f, err := d.osDisk.create(path, mode)
	return &faultyFile{f, d}, err
}

func (d *faultyDisk) rename(from, to string) error {
	if err := d.step("rename"); err != nil {
		return err
	}
	defer d.look("renamed")
	return d.osDisk.rename(from, to)
}

func (d *faultyDisk) syncDir(path string) error {
	if err := d.step("sync directory"); err != nil {
		return err
	}
	return d.osDisk.syncDir(path)
}

type faultyFile struct {
	diskFile
	disk *faultyDisk
}

func (f *faultyFile) Write(b []byte) (int, error) {
	if err := f.disk.step("write"); err != nil {
		n, _ := f.diskFile.Write(b[:len(b)/2]) // the disk is full
		return n, err
	}
	for i := range b { // byte by byte, to be looked at
		if _, err := f.diskFile.Write(b[i : i+1]); err != nil {
			return i, err
		}
		if i%64 == 0 {
			f.disk.look("writing")
		}
	}
	return len(b), nil
}

func (f *faultyFile) Chmod(m fs.FileMode) error {
	if err := f.disk.step("chmod"); err != nil {
		return err
	}
	return f.diskFile.Chmod(m)
}

func (f *faultyFile) Sync() error {
	if err := f.disk.step("sync"); err != nil {
		return err
	}
	return f.diskFile.Sync()
}

func (f *faultyFile) Close() error {
	return errors.Join(f.disk.step("close"), f.diskFile.Close())
}

const foreignRule = `{"action": "deny",   "src_ip": "10.9.0.0/16"}`

// TestFaults breaks a write at each of its operations: the file is the old one or
// the new one, nothing is left beside it, and the next write succeeds.
func TestFaults(t *testing.T) {
	const before = "[\n" + foreignRule + "\n]\n"
	want := parts(t, "permit 10.0.0.1 10.0.0.2 tcp/80")
	path := additionsFile(t, before)
	own(t, path, "a/b", "permit 10.0.0.1 10.0.0.2 tcp/80")
	after := read(t, path)

	operations := 0
	for failAt := 1; ; failAt++ {
		path := additionsFile(t, before)
		d := &faultyDisk{failAt: failAt, look: func(operation string) {
			if now := read(t, path); now != before && now != after {
				t.Errorf("at %q the file is\n%s", operation, now)
			}
		}}
		_, err := update(context.Background(), d, path, "a/b", want, nil)
		if err == nil {
			break // there is no such operation
		}
		operations++
		if !errors.Is(err, errDisk) || !strings.HasPrefix(err.Error(), "writing the additions file: ") {
			t.Errorf("operation %d: error %q", failAt, err)
		}
		if now := read(t, path); now != before && !strings.Contains(err.Error(), "is written, but its directory could not be brought to the disk") {
			t.Errorf("operation %d failed with %q but changed the file to\n%s", failAt, err, now)
		}
		if entries, _ := os.ReadDir(filepath.Dir(path)); len(entries) != 2 {
			t.Errorf("operation %d leaves %v behind", failAt, entries)
		}
		own(t, path, "a/b", "permit 10.0.0.1 10.0.0.2 tcp/80")
		if now := read(t, path); now != after {
			t.Errorf("after a fault in operation %d the next write makes\n%s", failAt, now)
		}
	}
	if operations != 7 { // create, write, chmod, sync, close, rename, sync directory
		t.Errorf("%d operations were broken", operations)
	}
}

func TestLeftOver(t *testing.T) {
	path := additionsFile(t, "")
	left := filepath.Join(filepath.Dir(path), ".edge.additions.json.acl-tmp")
	if err := os.WriteFile(left, []byte("half of a rul"), 0o600); err != nil {
		t.Fatal(err)
	}
	own(t, path, "a/b", "permit any any any")
	if _, err := os.Stat(left); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the temporary file of a killed write is still there: %v", err)
	}
}

func TestMode(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("no modes on Windows")
	}
	mode := func(path string) fs.FileMode {
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		return info.Mode()
	}
	for _, m := range []fs.FileMode{0o644, 0o600, 0o666, 0o664, 0o755} {
		path := additionsFile(t, "[]")
		if err := os.Chmod(path, m); err != nil {
			t.Fatal(err)
		}
		own(t, path, "a/b", "permit any any any")
		if got := mode(path); got != m {
			t.Errorf("mode %s became %s", m, got)
		}
	}
	path := additionsFile(t, "")
	own(t, path, "a/b", "permit any any any")
	made := filepath.Join(t.TempDir(), "made") // what the umask makes of 0644
	if f, err := os.OpenFile(made, os.O_CREATE, 0o644); err != nil {
		t.Fatal(err)
	} else if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	if got, want := mode(path), mode(made); got != want {
		t.Errorf("a new file has mode %s, want %s", got, want)
	}

	path = additionsFile(t, "[]")
	if err := os.Chmod(path, 0o444); err != nil {
		t.Fatal(err)
	}
	if _, err := Update(context.Background(), path, "a/b", parts(t, "permit any any any"), nil); err == nil || !strings.Contains(err.Error(), "is read-only (mode -r--r--r--)") {
		t.Errorf("a read-only file: %v", err)
	}
	if now := read(t, path); now != "[]" {
		t.Errorf("a read-only file became %s", now)
	}
}

func TestSymbolicLink(t *testing.T) {
	dir := t.TempDir()
	target := filepath.Join(dir, "real.json")
	link := filepath.Join(dir, "link.json")
	if err := os.Symlink("real.json", link); err != nil {
		t.Skip(err)
	}
	own(t, link, "a/b", "permit any any tcp/1") // the link dangles
	own(t, link, "a/c", "permit any any tcp/2")
	if info, err := os.Lstat(link); err != nil || info.Mode()&fs.ModeSymlink == 0 {
		t.Errorf("the link is gone: %v %v", info, err)
	}
	if read(t, link) != read(t, target) || strings.Count(read(t, target), "acl-") != 2 {
		t.Errorf("the target is\n%s", read(t, target))
	}
	loop := filepath.Join(dir, "loop")
	if err := os.Symlink("loop", loop); err != nil {
		t.Fatal(err)
	}
	if _, err := Update(context.Background(), loop, "a/b", nil, nil); err == nil || !strings.Contains(err.Error(), "too many symbolic links") {
		t.Errorf("a loop: %v", err)
	}
}

func TestNoChange(t *testing.T) {
	path := additionsFile(t, "[ "+foreignRule+"  ,\n\n "+foreignRule+"]")
	stat := func() fs.FileInfo {
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		return info
	}
	first := stat()
	own(t, path, "a/b")
	if !os.SameFile(first, stat()) {
		t.Error("a file without our rules was written to own nothing")
	}
	own(t, path, "a/b", "permit any any tcp/1", "deny any any tcp/2")
	second := stat()
	own(t, path, "a/b", "deny any any tcp/2", "permit any any tcp/1")
	if os.SameFile(first, second) || !os.SameFile(second, stat()) {
		t.Error("the file was written for the same rules in another order")
	}
}

func TestCheck(t *testing.T) {
	path := additionsFile(t, "["+foreignRule+"]")
	refuse := errors.New("changed after this plan was made")
	_, err := Update(context.Background(), path, "a/b", parts(t, "permit any any any"), func(f *File) error {
		if len(f.Base()) != 1 || f.Source() != "edge.additions.json" {
			t.Errorf("check is given %v of %s", f.Base(), f.Source())
		}
		return refuse
	})
	if err != refuse { //nolint:errorlint // as it is, not wrapped
		t.Errorf("error %v", err)
	}
	if now := read(t, path); now != "["+foreignRule+"]" {
		t.Errorf("the file became %s", now)
	}
	// The lock is free again.
	own(t, path, "a/b", "permit any any any")
}

func TestCheckSeesTheFileAsItIs(t *testing.T) {
	path := additionsFile(t, "["+foreignRule+"]")
	if _, err := Load(path); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte("["+foreignRule+","+foreignRule+"]"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := Update(context.Background(), path, "a/b", nil, func(f *File) error {
		if len(f.Base()) != 2 {
			t.Errorf("check is given %d rules", len(f.Base()))
		}
		return nil
	}); err != nil {
		t.Error(err)
	}
}

func TestWaiting(t *testing.T) {
	path := additionsFile(t, "")
	target, err := resolve(path)
	if err != nil {
		t.Fatal(err)
	}
	other := flock.New(target + lockSuffix) // another process, as far as the kernel is concerned
	if err := other.Lock(); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Millisecond)
	defer cancel()
	_, err = Update(ctx, path, "a/b", parts(t, "permit any any any"), nil)
	if !errors.Is(err, context.DeadlineExceeded) || !strings.Contains(err.Error(), "another process holds the lock file "+target+".lock (gave up after ") {
		t.Errorf("error %v", err)
	}
	if err := other.Close(); err != nil {
		t.Fatal(err)
	}
	// Neither the process nor the abandoned wait in the kernel keeps the lock.
	own(t, path, "a/b", "permit any any any")

	release, err := acquire(context.Background(), target, LockTimeout)
	if err != nil {
		t.Fatal(err)
	}
	canceled, stop := context.WithCancel(context.Background())
	stop()
	if _, err := Update(canceled, path, "a/b", nil, nil); !errors.Is(err, context.Canceled) || !strings.Contains(err.Error(), "waiting for other changes to ") {
		t.Errorf("error %v", err)
	}
	release()
}

func TestCannot(t *testing.T) {
	dir := t.TempDir()
	if err := os.Symlink(filepath.Join(dir, "missing"), filepath.Join(dir, "link")); err != nil {
		t.Skip(err)
	}
	for _, c := range []struct{ path, owner, want string }{
		{filepath.Join(dir, "link", "x.json"), "a/b", "cannot create the directory of the additions file: "},
		{dir, "a/b", "cannot read the additions file: "},
		{filepath.Join(dir, "x.json"), "", "needs an owner"},
	} {
		if _, err := Update(context.Background(), c.path, c.owner, parts(t, "permit any any any"), nil); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error %v, want %s", c.path, err, c.want)
		}
	}
	if _, err := Load(dir); err == nil {
		t.Error("a directory is read as a file")
	}
	empty := Rule{Action: 1}
	path := filepath.Join(dir, "y.json")
	if _, err := Update(context.Background(), path, "a/b", []Rule{empty}, nil); err == nil || !strings.Contains(err.Error(), "cannot be written") {
		t.Errorf("a rule without traffic: %v", err)
	}
	if _, err := os.Stat(path); err == nil {
		t.Error("a file was made for a rule that cannot be written")
	}
}
