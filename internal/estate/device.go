package estate

import (
	"cmp"
	"fmt"
	"path/filepath"
	"sync"
	"time"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/device"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/match"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/topology"
)

// DeviceConfig says where the text of one device is, how to read it, and where in the
// estate the device stands.
type DeviceConfig struct {
	// Path, Content, Format, Context and Additions are as in [RulesetConfig].
	Path, Content, Format, Context, Additions string
	// Source is as in [RulesetConfig].
	Source *Source
	// Script and Deliver are as in [RulesetConfig].
	Script  string
	Deliver *DeliverConfig
	// Interfaces maps the device's own names of its sides to zones.
	Interfaces map[string]string
	// Guards are addresses, or names of them, that the device filters for besides those
	// that its text has.
	Guards []string
	// AdditionsEffective, Assume and ChangeLanguage are as in [RulesetConfig].
	AdditionsEffective bool
	Assume             map[string]bool
	ChangeLanguage     string
	// SkipZones leaves out the comparison of the device's own prefixes with the zones.
	SkipZones bool
}

// firewall is one configured device, loaded on first use.
type firewall struct {
	*ruleset
	device DeviceConfig
	read   func() (*deviceText, error)
}

// deviceText is what was read of a device. It is immutable.
type deviceText struct {
	doc    *device.Document
	order  device.Order
	source string
	digest string
	stamp  stamp
	lists  map[string]*deviceList
}

// deviceList is one access list of a device.
type deviceList struct {
	name string
	// forward and replies are the list as packets that open a connection meet it, and as
	// those that answer one do; often they are the same.
	forward, replies *match.Index
	full             *rule.Ruleset
	targets          *targets
}

func newFirewall(name string, c DeviceConfig, around *surrounding) *firewall {
	text := RulesetConfig{Path: c.Path, Content: c.Content, Source: c.Source, Format: c.Format, Context: c.Context, Additions: c.Additions, AdditionsEffective: c.AdditionsEffective, Assume: c.Assume, ChangeLanguage: c.ChangeLanguage, Script: c.Script, Deliver: c.Deliver}
	fw := &firewall{device: c, ruleset: &ruleset{name: name, kind: "device", config: text, text: around.once(name, text), around: around}}
	fw.read = sync.OnceValues(func() (*deviceText, error) {
		d, err := readDevice(name, text, fw.text, around.progress)
		if err != nil {
			return nil, &RulesetError{name, "device", err}
		}
		return d, nil
	})
	fw.load = func() (*base, error) {
		d, err := fw.read()
		if err != nil {
			return nil, err
		}
		return &base{digest: d.digest, stamp: d.stamp}, nil
	}
	return fw
}

func readDevice(name string, c RulesetConfig, text func() (obtained, error), progress func(Progress)) (*deviceText, error) {
	started := time.Now()
	got, err := text()
	if err != nil {
		return nil, err
	}
	source := name
	if c.Path != "" {
		source = filepath.Base(c.Path)
	}
	progress(Progress{Ruleset: name, Bytes: len(got.content)})
	doc, err := format.Document(got.content, source, c.Format, c.Context)
	if err == nil && got.live {
		err = settle(doc)
	}
	if err != nil {
		return nil, got.hide(err)
	}
	sum := digest(got.content)
	if got.live {
		sum = device.Fingerprint(doc)
	}
	d, err := compileDevice(name, source, doc, c.Assume)
	if err != nil {
		return nil, err
	}
	d.digest, d.stamp = sum, got.stamp
	rules := 0
	for i := range doc.Lists {
		rules += len(doc.Lists[i].Rules)
	}
	progress(Progress{Ruleset: name, Bytes: len(got.content), Done: true, Format: doc.Format, Rules: rules, Took: time.Since(started)})
	return d, nil
}

// compileDevice makes the lists of a document ready to be asked.
func compileDevice(name, source string, doc *device.Document, assume map[string]bool) (*deviceText, error) {
	f, ok := format.Lookup(doc.Format)
	if !ok {
		return nil, fmt.Errorf("%s: the format %s is not known", source, doc.Format)
	}
	d := &deviceText{doc: doc, order: f.Order, source: source, lists: map[string]*deviceList{}}
	lists := make([]*rule.Ruleset, len(doc.Lists))
	for i := range doc.Lists {
		lists[i] = doc.Lists[i].Ruleset()
		lists[i].Name, lists[i].Source, lists[i].Format = cmp.Or(doc.Lists[i].Name, name), source, doc.Format
	}
	lists, err := format.AssumeEach(lists, assume)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", source, err)
	}
	for i, rs := range lists {
		l := &doc.Lists[i]
		own := &deviceList{name: l.Name, forward: match.New(topology.Forward(rs)), full: rs, targets: newTargets(rs)}
		own.replies = own.forward
		if back := topology.Replies(rs); back != own.forward.Ruleset() {
			own.replies = match.New(back)
		}
		d.lists[l.Name] = own
	}
	for i := range doc.Lists {
		for _, alias := range doc.Lists[i].Aliases {
			if d.lists[alias] == nil {
				d.lists[alias] = d.lists[doc.Lists[i].Name]
			}
		}
	}
	return d, nil
}
