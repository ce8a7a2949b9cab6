package estate

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"sync"
	"time"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/device"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/match"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
)

// ruleset is one configured ruleset, loaded on first use.
type ruleset struct {
	name string
	// kind is "device" for the text of a device, empty for a ruleset.
	kind   string
	config RulesetConfig
	load   func() (*base, error)
	// text reads the text; that of a firewall is read once, for now what it is as of then.
	text   func() (obtained, error)
	around *surrounding
	// apart makes sure that the additions file is no ruleset and nobody else's.
	apart func() error
	// delivers brings additions to the device or to a script, nil where they stay what
	// they are.
	delivers *delivering
}

// sends reports whether rules are brought to the device, so that what it has is the truth.
func (rs *ruleset) sends() bool { return rs.delivers != nil && rs.delivers.sends }

// base is a loaded ruleset without our additions. It is immutable.
type base struct {
	index *match.Index
	// replies is, for a list of a device, the list as replies meet it; index is then
	// asked about packets that open a connection alone. full is the list as it stands.
	replies *match.Index
	full    *rule.Ruleset
	targets *targets // of rules; nil where no change will be written
	list    string   // the access list in the text, for changes
	// undeliverable is why no rule can be brought to the device.
	undeliverable error
	digest        string // of the text
	stamp         stamp
}

// rules are the rules of the ruleset as they stand in its text.
func (b *base) rules() *rule.Ruleset {
	if b.full != nil {
		return b.full
	}
	return b.index.Ruleset()
}

// title names the ruleset for people: ruleset "edge", or device "fw1".
func (rs *ruleset) title() string { return fmt.Sprintf("%s %q", kindOrRuleset(rs.kind), rs.name) }

func kindOrRuleset(kind string) string {
	if kind == "" {
		return "ruleset"
	}
	return kind
}

// key tells the file of a ruleset from those of others: a device may have the name of
// a ruleset.
func (rs *ruleset) key() string {
	if rs.kind == "" {
		return rs.name
	}
	return rs.kind + " " + rs.name
}

// A RulesetError says that a ruleset or device, or its additions file, cannot be read.
// It is the same for every flow that crosses it.
type RulesetError struct {
	// Ruleset is its name, Kind is "device" for a device.
	Ruleset, Kind string
	// Err tells what is wrong, in a line for each problem.
	Err error
}

func (e *RulesetError) Error() string { return e.Title() + ": " + e.Err.Error() }

// Title is what cannot be read: ruleset "edge".
func (e *RulesetError) Title() string { return fmt.Sprintf("%s %q", kindOrRuleset(e.Kind), e.Ruleset) }

// Unwrap returns Err.
func (e *RulesetError) Unwrap() error { return e.Err }

// stamp tells cheaply whether a file may have changed.
type stamp struct {
	size     int64
	modified time.Time
}

func newRuleset(name string, c RulesetConfig, around *surrounding) *ruleset {
	rs := &ruleset{name: name, config: c, text: around.once(name, c), around: around}
	rs.load = sync.OnceValues(func() (*base, error) {
		b, err := loadBase(name, c, rs.text, around.progress)
		if err != nil {
			return nil, &RulesetError{name, "", err}
		}
		return b, nil
	})
	return rs
}

func loadBase(name string, c RulesetConfig, text func() (obtained, error), progress func(Progress)) (*base, error) {
	started := time.Now()
	got, err := text()
	if err != nil {
		return nil, err
	}
	progress(Progress{Ruleset: name, Bytes: len(got.content)})
	o, err := optionsOf(name, c)
	if err != nil {
		return nil, err
	}
	doc, err := format.Document(got.content, o.Source, o.Format, o.Context)
	if err == nil && got.live {
		err = settle(doc)
	}
	if err != nil {
		return nil, got.hide(err)
	}
	rules, list, err := format.Select(doc, o)
	if err != nil {
		return nil, got.hide(err)
	}
	b := &base{list: list, targets: newTargets(rules), digest: digest(got.content), stamp: got.stamp}
	if got.live {
		b.digest = device.Fingerprint(rules)
	}
	b.index = match.New(rules)
	progress(Progress{Ruleset: name, Bytes: len(got.content), Done: true, Format: rules.Format, Rules: len(rules.Rules), Took: time.Since(started)})
	return b, nil
}

func digest(content []byte) string {
	sum := sha256.Sum256(content)
	return hex.EncodeToString(sum[:12])
}

// unchanged reports whether the ruleset is still what was loaded.
func (rs *ruleset) unchanged(b *base) (bool, error) {
	// What was read from a firewall is read once in this process.
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
