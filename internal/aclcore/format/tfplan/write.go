package tfplan

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/aws"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/azure"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/checkpoint"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kubernetes"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
)

// A writer is how rules for a list of a vendor are written, with what the vendor's own
// writer needs to know.
type writer struct {
	write func(list string, in rule.Insertion) (string, error)
	inner any
}

// A refusal is the reason why no rule can be added to a list by a resource of its own.
type refusal string

// Write writes the rules of the insertion as resources of the provider that the list is
// of. Errors are those of the vendor's writer; AWS is as in package aws.
func Write(list string, in rule.Insertion) (string, error) {
	if in.Base == nil {
		return aws.Write(list, in)
	}
	w, ok := in.Base.Writer.(*writer)
	if !ok {
		return aws.Write(list, in)
	}
	if why, ok := w.inner.(refusal); ok {
		return "", fmt.Errorf("list %s: %s", list, why)
	}
	if w.write == nil {
		return "", fmt.Errorf("rules for the list %s are not written as resources; add them to the resource that has its rules", list)
	}
	base := *in.Base
	base.Writer = w.inner
	in.Base = &base
	return w.write(list, in)
}

// addressed matches the address of a resource before a direction: its module, and the
// rest.
var addressed = regexp.MustCompile(`^((?:module\.[\w-]+(?:\[[^\]]*\])?\.)*)((?:data\.)?azurerm_network_security_group\.\S+) (?:inbound|outbound|ingress|egress)$`)

var groupName = regexp.MustCompile(`(?m)^(  (?:network_security_group_name|resource_group_name) += )".*"$`)

// writeSecurityRule writes rules of a network security group, which they name by a
// reference to its resource.
func writeSecurityRule(list string, in rule.Insertion) (string, error) {
	text, err := azure.Write(list, in)
	parts := addressed.FindStringSubmatch(list)
	if err != nil || parts == nil {
		return text, err
	}
	text = groupName.ReplaceAllStringFunc(text, func(line string) string {
		head, _, _ := strings.Cut(line, `"`)
		attribute := "name"
		if strings.Contains(head, "resource_group_name") {
			attribute = "resource_group_name"
		}
		return head + parts[2] + "." + attribute
	})
	return inModule(parts[1], text), nil
}

// ruleAddress matches the address of a rule that stands for its uid.
var ruleAddress = regexp.MustCompile(`"((?:module\.\S+\.)?checkpoint_management_access_rule\.[^"]+)"`)

// writeAccessRule writes rules of Check Point. A rule that has no uid yet is named by a
// reference to it.
func writeAccessRule(list string, in rule.Insertion) (string, error) {
	text, err := checkpoint.Resources(list, in)
	return ruleAddress.ReplaceAllString(text, "$1.id"), err
}

// inModule says in which module resources have to stand.
func inModule(module, text string) string {
	if module == "" {
		return text
	}
	return "# in " + strings.TrimSuffix(module, ".") + "\n" + text
}

var manifestName = regexp.MustCompile(`(?m)^  name: (\S+)$`)

// writeManifest writes network policies as manifests of the Kubernetes provider.
func writeManifest(list string, in rule.Insertion) (string, error) {
	text, err := kubernetes.Write(list, in)
	if err != nil {
		return "", err
	}
	var blocks []string
	for _, doc := range strings.Split(text, "---\n") {
		name := manifestName.FindStringSubmatch(doc)
		if name == nil {
			continue
		}
		lines := strings.Split(strings.TrimRight(doc, "\n"), "\n")
		blocks = append(blocks, fmt.Sprintf("resource \"kubernetes_manifest\" %q {\n  manifest = yamldecode(<<-EOT\n    %s\n  EOT\n  )\n}",
			strings.ReplaceAll(name[1], "-", "_"), strings.Join(lines, "\n    ")))
	}
	return strings.Join(blocks, "\n\n"), nil
}
