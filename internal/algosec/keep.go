package algosec

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// A Keeper keeps the progress of an apply while it is under way, for a client that
// comes after this one was killed. Keys are opaque.
type Keeper interface {
	// Load returns the progress, the zero value if there is none.
	Load(key string) (Progress, error)
	// Store replaces it. The zero value removes it.
	Store(key string, p Progress) error
}

// KeepIn returns a keeper of files in the directory, which is made when it is first
// needed. A file holds revisions, names and digests of flows, and no secret.
func KeepIn(dir string) Keeper { return folder(dir) }

type folder string

func (f folder) file(key string) string {
	sum := sha256.Sum256([]byte(key))
	return filepath.Join(string(f), hex.EncodeToString(sum[:16])+".json")
}

// maxKept bounds the size of a file, in bytes: digests of some 100,000 flows.
const maxKept = 16 << 20

func (f folder) Load(key string) (Progress, error) {
	name := f.file(key)
	info, err := os.Lstat(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return Progress{}, nil
	case err != nil:
		return Progress{}, fmt.Errorf("progress of an earlier apply: %w", err)
	case !info.Mode().IsRegular() || info.Size() > maxKept:
		return Progress{}, fmt.Errorf("progress of an earlier apply: %s is not a file of at most %d MiB", name, maxKept>>20)
	}
	content, err := os.ReadFile(name)
	if err != nil {
		return Progress{}, fmt.Errorf("progress of an earlier apply: %w", err)
	}
	var p Progress
	if err := json.Unmarshal(content, &p); err != nil {
		return Progress{}, fmt.Errorf("progress of an earlier apply: %s: %w", name, err)
	}
	return p, nil
}

// Store writes beside the file and renames, so that a process that is killed leaves
// the old or the new one.
func (f folder) Store(key string, p Progress) error {
	name := f.file(key)
	if p.IsZero() {
		if err := os.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("keeping the progress: %w", err)
		}
		return nil
	}
	content, err := json.Marshal(p)
	if err != nil {
		return fmt.Errorf("keeping the progress: %w", err)
	}
	if err := os.MkdirAll(string(f), 0o700); err != nil {
		return fmt.Errorf("keeping the progress: %w", err)
	}
	next, err := os.CreateTemp(string(f), ".next-*")
	if err != nil {
		return fmt.Errorf("keeping the progress: %w", err)
	}
	_, err = next.Write(content)
	if err = errors.Join(err, next.Close()); err == nil {
		err = os.Rename(next.Name(), name)
	}
	if err != nil {
		return fmt.Errorf("keeping the progress: %w", errors.Join(err, os.Remove(next.Name())))
	}
	return nil
}

func (c *Client) keepKey(application string) string { return c.root.String() + "\x00" + application }

// kept returns what an earlier client has kept. That it cannot be read is as if there
// were nothing: a draft is then taken for a stranger's, unless its content tells.
func (c *Client) kept(application string) Progress {
	if c.conf.Keep == nil {
		return Progress{}
	}
	p, err := c.conf.Keep.Load(c.keepKey(application))
	if err != nil {
		c.log(context.Background(), "AlgoSec progress cannot be read", map[string]any{"application": application, "error": err.Error()})
		return Progress{}
	}
	return p
}

// keep keeps the progress, with what the change is about to write. That it cannot be
// kept does not stop an apply: it counts only if the process is killed.
func (a *applying) keep(ctx context.Context, ch *Change) {
	if a.c.conf.Keep == nil {
		return
	}
	p := a.p.clone()
	if ch != nil {
		for _, name := range ch.Delete {
			p.writes(name, nil)
		}
		for _, body := range ch.bodies {
			m := ch.wanted[body.Name]
			p.writes(body.Name, &m)
		}
	}
	if err := a.c.conf.Keep.Store(a.c.keepKey(a.d.Application), p); err != nil {
		a.c.log(ctx, "AlgoSec progress cannot be kept", map[string]any{"application": a.d.Application, "error": err.Error()})
	}
}
