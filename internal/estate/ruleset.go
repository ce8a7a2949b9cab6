package estate

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"sync"
	"time"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/match"
)

// ruleset is one configured ruleset, loaded on first use.
type ruleset struct {
	name   string
	config RulesetConfig
	load   func() (*base, error)
	// apart makes sure that the additions file is no ruleset and nobody else's.
	apart func() error
}

// base is a loaded ruleset without our additions. It is immutable.
type base struct {
	index  *match.Index
	list   string // the access list in the text, for changes
	digest string // of the text
	stamp  stamp
}

// A RulesetError says that a ruleset, or its additions file, cannot be read. It is the
// same for every flow that crosses the ruleset.
type RulesetError struct {
	// Ruleset is its name.
	Ruleset string
	// Err tells what is wrong, in a line for each problem.
	Err error
}

func (e *RulesetError) Error() string { return fmt.Sprintf("ruleset %q: %s", e.Ruleset, e.Err) }

// Unwrap returns Err.
func (e *RulesetError) Unwrap() error { return e.Err }

// stamp tells cheaply whether a file may have changed.
type stamp struct {
	size     int64
	modified time.Time
}

func newRuleset(name string, c RulesetConfig, progress func(Progress)) *ruleset {
	if progress == nil {
		progress = func(Progress) {}
	}
	rs := &ruleset{name: name, config: c}
	rs.load = sync.OnceValues(func() (*base, error) {
		b, err := loadBase(name, c, progress)
		if err != nil {
			return nil, &RulesetError{name, err}
		}
		return b, nil
	})
	return rs
}

func loadBase(name string, c RulesetConfig, progress func(Progress)) (*base, error) {
	started := time.Now()
	content, at := []byte(c.Content), stamp{}
	if c.Path != "" {
		var err error
		if content, at, err = readFile(c.Path); err != nil {
			return nil, err
		}
	}
	progress(Progress{Ruleset: name, Bytes: len(content)})
	o, err := optionsOf(name, c)
	if err != nil {
		return nil, err
	}
	rules, list, err := format.Parse(content, o)
	if err != nil {
		return nil, err
	}
	b := &base{match.New(rules), list, digest(content), at}
	progress(Progress{Ruleset: name, Bytes: len(content), Done: true, Format: rules.Format, Rules: len(rules.Rules), Took: time.Since(started)})
	return b, nil
}

func digest(content []byte) string {
	sum := sha256.Sum256(content)
	return hex.EncodeToString(sum[:12])
}

// unchanged reports whether the ruleset is still what was loaded.
func (rs *ruleset) unchanged(b *base) (bool, error) {
	if rs.config.Path == "" {
		return true, nil
	}
	info, err := os.Stat(rs.config.Path)
	if err != nil {
		return false, err
	}
	if (stamp{info.Size(), info.ModTime()}) == b.stamp {
		return true, nil
	}
	content, _, err := readFile(rs.config.Path)
	return err == nil && digest(content) == b.digest, err
}
