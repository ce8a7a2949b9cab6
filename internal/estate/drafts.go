package estate

import (
	"fmt"
	"slices"
	"sync"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/change"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/device"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/topology"
)

// drafts are an estate with changes that are proposed and not made. Additions files do not
// count in it.
type drafts struct {
	of       *Estate
	rulesets map[string]*draft
	devices  map[string]*deviceDraft
	// estate answers for the drafts as they are; its topology is put together again after
	// a device has changed.
	estate *Estate
	// proven is how much text was read to prove alternatives, in bytes.
	proven int
}

func newDrafts(e *Estate) *drafts {
	d := &drafts{of: e, rulesets: map[string]*draft{}, devices: map[string]*deviceDraft{}}
	d.estate = &Estate{
		config: e.config, names: e.names, policies: e.policies, now: e.now,
		rulesets: make(map[string]*ruleset, len(e.rulesets)), devices: make(map[string]*firewall, len(e.devices)),
	}
	for name, rs := range e.rulesets {
		drafted := bare(rs)
		drafted.load = func() (*base, error) {
			own, err := d.ruleset(name)
			if err != nil {
				return nil, err
			}
			return own.base, nil
		}
		d.estate.rulesets[name] = drafted
	}
	for name, fw := range e.devices {
		d.estate.devices[name] = &firewall{ruleset: bare(fw.ruleset), device: fw.device, read: func() (*deviceText, error) {
			if own := d.devices[name]; own != nil {
				return own.text, nil
			}
			return fw.read()
		}}
	}
	d.changed()
	return d
}

// bare is a ruleset or device without additions.
func bare(rs *ruleset) *ruleset {
	out := &ruleset{name: rs.name, kind: rs.kind, config: rs.config, load: rs.load}
	out.config.Additions = ""
	return out
}

// changed lets the topology be put together again.
func (d *drafts) changed() {
	d.estate.topology = sync.OnceValues(func() (*topology.Topology, error) { return d.estate.buildTopology(d.estate.config) })
}

// ruleset returns the draft of a ruleset.
func (d *drafts) ruleset(name string) (*draft, error) {
	own := d.rulesets[name]
	if own == nil {
		var err error
		if own, err = newDraft(d.of.rulesets[name]); err != nil {
			return nil, err
		}
		d.rulesets[name] = own
	}
	return own, nil
}

// device returns the draft of a device.
func (d *drafts) device(name string) (*deviceDraft, error) {
	own := d.devices[name]
	if own == nil {
		fw := d.of.devices[name]
		text, err := fw.read()
		if err != nil {
			return nil, err
		}
		own = &deviceDraft{name: name, context: fw.config.Context, assume: fw.config.Assume, text: text}
		if own.content, err = contentOf(fw.ruleset, &base{digest: text.digest}); err != nil {
			return nil, err
		}
		d.devices[name] = own
	}
	return own, nil
}

// apply makes a change of a list, and returns what takes it back.
func (d *drafts) apply(s station, text string, r change.Rule) (undo string, err error) {
	if s.kind == "" {
		own, err := d.ruleset(s.name)
		if err != nil {
			return "", err
		}
		undo = format.Undo(own.options.Format, own.content, text)
		return undo, own.apply(text, r)
	}
	own, err := d.device(s.name)
	if err != nil {
		return "", err
	}
	undo = format.Undo(own.text.doc.Format, own.content, text)
	d.changed()
	return undo, own.apply(s.list, text, r)
}

// reset takes back all changes of a ruleset or device.
func (d *drafts) reset(s station) {
	if s.kind == "" {
		delete(d.rulesets, s.name)
		return
	}
	delete(d.devices, s.name)
	d.changed()
}

// A deviceDraft is a device with changes that are proposed and not made.
type deviceDraft struct {
	name, context, content string
	assume                 map[string]bool
	text                   *deviceText
}

// apply makes a change of a list: it reads the whole text again with the commands below
// it, or puts the rule in its place where the format has no commands.
func (d *deviceDraft) apply(list, text string, r change.Rule) error {
	content, ok := format.Apply(d.text.doc.Format, d.content, text)
	doc := withRule(d.text.doc, list, r)
	if ok {
		var err error
		if doc, err = format.Document([]byte(content), d.text.source, d.text.doc.Format, d.context); err != nil {
			return fmt.Errorf("the commands are not read again: %w", err)
		}
		d.content = content
	}
	now, err := compileDevice(d.name, d.text.source, doc, d.assume)
	if err != nil {
		return err
	}
	now.digest, now.stamp = d.text.digest, d.text.stamp
	d.text = now
	return nil
}

// withRule returns the document with one more rule in a list.
func withRule(doc *device.Document, list string, r change.Rule) *device.Document {
	out := *doc
	out.Lists = slices.Clone(doc.Lists)
	for i := range out.Lists {
		l := &out.Lists[i]
		if l.Name != list {
			continue
		}
		with := inserted(&rule.Ruleset{Rules: l.Rules, Return: l.Return}, r)
		l.Rules, l.Return = with.Rules, with.Return
	}
	return &out
}
