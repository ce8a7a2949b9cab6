package tfplan_test

import (
	"encoding/json"
	"io/fs"
	"os"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/device"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/parsetest"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/tfplan"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/testshared"
)

// TestCorpusValues reads planned values that the tests of other people's modules expect.
func TestCorpusValues(t *testing.T) {
	dir := os.DirFS(testshared.Dir(t, "corpora"))
	files := 0
	err := fs.WalkDir(dir, "formats/gcp", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".yaml") {
			return err
		}
		content, err := fs.ReadFile(dir, path)
		if err != nil {
			return err
		}
		var expected struct {
			Values map[string]map[string]any `yaml:"values"`
		}
		if err := yaml.Unmarshal(content, &expected); err != nil || len(expected.Values) == 0 {
			return err
		}
		files++
		var resources []map[string]any
		policyRules := 0
		for address, values := range expected.Values {
			steps := strings.Split(address, ".")
			kind := steps[2]
			if strings.HasSuffix(kind, "_policy_rule") {
				policyRules++
			}
			resources = append(resources, map[string]any{"address": address, "mode": "managed", "type": kind, "values": values})
		}
		doc := readState(t, path, resources)
		read := 0
		for _, l := range doc.Lists {
			read += len(l.Rules)
		}
		if read < policyRules {
			t.Errorf("%s: %d rules in %d lists, of %d resources with one", path, read, len(doc.Lists), policyRules)
		}
		t.Logf("%s: %d resources, %d lists, %d rules, %d notes", path, len(resources), len(doc.Lists), read, len(doc.Notes))
		return nil
	})
	if err != nil || files == 0 {
		t.Fatalf("%d files: %v", files, err)
	}
}

func readState(t *testing.T, source string, resources []map[string]any) *device.Document {
	t.Helper()
	state, err := json.Marshal(map[string]any{"format_version": "1.0", "values": map[string]any{"root_module": map[string]any{"resources": resources}}})
	if err != nil {
		t.Fatal(err)
	}
	doc, err := tfplan.Parse(device.Input{Source: source, Content: state})
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

// TestCorpusConfiguration reads the resources that Capirca writes for Terraform, as they
// stand in a configuration.
func TestCorpusConfiguration(t *testing.T) {
	content, err := fs.ReadFile(os.DirFS(testshared.Dir(t, "corpora")), "capirca_samples/out/sample_gce_vpc_tf.tf.json")
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Resource map[string][]map[string]any `json:"resource"`
	}
	if err := json.Unmarshal(content, &file); err != nil {
		t.Fatal(err)
	}
	rules := make(map[string]any)
	for _, one := range file.Resource["google_compute_firewall"] {
		for name, attributes := range one {
			rules[name] = attributes
		}
	}
	text, later, err := tfplan.OneList(map[string]any{"google_compute_firewall": rules})
	if err != nil || len(later) > 0 {
		t.Fatalf("%v %v", err, later)
	}
	doc, err := tfplan.Parse(device.Input{Source: "this", Content: []byte(text)})
	if err != nil {
		t.Fatal(err)
	}
	l := parsetest.Find(doc, "this ingress")
	if l == nil || len(rules) == 0 || len(l.Rules) < len(rules)/2 {
		t.Fatalf("%d resources give %v", len(rules), doc.Lists)
	}
	for _, r := range l.Rules {
		if len(r.Unknown) > 0 && !strings.HasPrefix(r.Unknown[0], "there may be machines") {
			t.Errorf("%s: %v", r.Text, r.Unknown)
		}
	}
}
