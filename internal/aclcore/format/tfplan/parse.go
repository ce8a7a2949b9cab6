package tfplan

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/device"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/jsontree"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/vpc"
)

// Format names the language.
const Format = "terraform"

// Parse reads the security groups and network ACLs of a plan or a state. It refuses
// text that is no JSON of Terraform, values of the wrong kind, and addresses and
// ports that are none; the error has one line for each problem.
func Parse(in device.Input) (*device.Document, error) {
	values, err := jsontree.Parse(in.Source, in.Content)
	if err != nil {
		return nil, err
	}
	if len(values) != 1 {
		return nil, fmt.Errorf("%s: holds %d JSON values; the output of terraform show -json is one", in.Source, len(values))
	}
	r := newReader(in.Source)
	if err := r.file(&values[0]); err != nil {
		return nil, fmt.Errorf("%s: %w", in.Source, err)
	}
	r.read()
	if err := r.problems.Err(); err != nil {
		return nil, err
	}
	lists, err := r.network.Lists()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", in.Source, err)
	}
	doc := &device.Document{Format: Format, Lists: lists}
	if err := r.addVendors(doc); err != nil {
		return nil, err
	}
	if err := r.problems.Err(); err != nil {
		return nil, err
	}
	if len(doc.Lists) == 0 {
		return nil, fmt.Errorf("%s: holds no aws_security_group, no aws_network_acl, no rule of one, and no firewall rules of the other providers that are read", in.Source)
	}
	doc.Notes = r.notes
	r.network.Topology(doc)
	return doc, nil
}

// Sniff tells how sure it is, from 0 to 100, that content is a plan or a state: it
// looks at the keys of the object.
func Sniff(content []byte) int {
	d := json.NewDecoder(bytes.NewReader(bytes.TrimPrefix(content, []byte("\ufeff"))))
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return 0
	}
	seen := make(map[string]bool)
	for d.More() {
		t, err := d.Token()
		key, ok := t.(string)
		if err != nil || !ok {
			return 0
		}
		seen[key] = true
		switch {
		case seen["format_version"] && (seen["planned_values"] || seen["values"] || seen["resource_changes"] || seen["prior_state"]):
			return 95
		case seen["version"] && seen["terraform_version"] && (seen["lineage"] || seen["resources"]):
			return 90
		}
		var skipped json.RawMessage
		if err := d.Decode(&skipped); err != nil {
			break
		}
	}
	if seen["format_version"] && seen["terraform_version"] {
		return 80 // a state without resources
	}
	return 0
}

// reader collects what a plan or state says.
type reader struct {
	problems  jsontree.Problems
	network   vpc.Network
	notes     []device.Note
	resources []resource
	// state tells that the file is a state and not a plan.
	state bool
	// changed are the resources that the plan changes or destroys, as they are before.
	changed []resource
	// changes are what the plan does to resources that will be, by address.
	changes map[string]change
	// configuration resolves references of values that are not known yet.
	configuration configuration

	groups groups
	acls   acls
}

func newReader(source string) *reader {
	return &reader{
		problems: jsontree.Problems{Source: source},
		network:  vpc.Network{PrefixLists: make(map[string]vpc.PrefixList)},
	}
}

// file finds the resources in a plan, a state or a state file.
func (r *reader) file(v *jsontree.Value) error {
	switch {
	case v.Kind != jsontree.Object:
		return fmt.Errorf("is %s; the output of terraform show -json is an object", v.Kind)
	case v.Get("planned_values") != nil || v.Get("resource_changes") != nil:
		return r.plan(v)
	case v.Get("format_version") != nil:
		if major, _, _ := strings.Cut(r.problems.Text(v, "format_version"), "."); major != "1" && major != "0" {
			return fmt.Errorf("has the format_version %q; 1 is read", r.problems.Text(v, "format_version"))
		}
		r.state = true
		r.module(v.Get("values").Get("root_module"), "", anyMode, nil)
		return nil
	case v.Get("version") != nil && v.Get("resources") != nil:
		r.state = true
		return r.stateFile(v)
	}
	return errors.New("is no plan and no state; write one with terraform show -json")
}

// read turns the resources into groups and ACLs.
func (r *reader) read() {
	aws := awsResources{r}
	aws.readPrefixLists()
	aws.readInterfaces()
	aws.readGroups()
	aws.readACLs()
	r.noteUnread()
}
