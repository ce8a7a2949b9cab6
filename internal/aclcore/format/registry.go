package format

import (
	"fmt"
	"slices"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/device"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/asa"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/aws"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/azure"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/checkpoint"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/fortios"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/gcp"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/ios"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/iptables"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/junos"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/cut"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/netfilter"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/vpc"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/widen"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kubernetes"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/nftables"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/panos"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/pf"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/rulelist"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/sense"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/tfplan"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
)

// A Format is one language of rulesets: how its texts are told apart, read, and
// added to. All fields but States, Contexts, Widen and Resources are set.
type Format struct {
	// Name is what users write: cisco_asa, panos, ….
	Name string
	// Family is what formats have in common that are told apart by details. A text of
	// one that is read as another of the same family is not called another format's.
	Family string
	// Sniff tells how sure it is that a text is in the format: 0 not at all, 100
	// certain. It looks at what decides, and never at all of a long text.
	Sniff func(content []byte) int
	// Parse reads a text. Its errors are led by source and line.
	Parse func(in device.Input) (*device.Document, error)
	// Write returns the commands that make the insertion in the list of that name. It
	// returns an error for what the language or the place does not allow.
	Write func(list string, in rule.Insertion) (string, error)
	// Remove returns the commands that take a rule out of the ruleset, which was read from
	// the content. It returns an error that says what to do instead where the language has
	// none that name the rule for sure.
	Remove func(content []byte, base *rule.Ruleset, r *rule.Rule) ([]string, error)
	// Cut returns the content without the rules that start on the lines, which are sorted, as
	// the device has it once they are removed. It returns an error where they cannot be told
	// from the rest. It is nil where rules have no lines.
	Cut func(content []byte, lines []int) ([]byte, error)
	// Resources writes the insertion as resources of Terraform, for the vendor's own provider;
	// nil where Write does, or where there are none.
	Resources func(list string, in rule.Insertion) (string, error)
	// Widen returns commands that add what a rule of the base lacks to an object group which
	// only this rule uses, or to the rule; nil where such a change is not written.
	Widen func(content []byte, base *rule.Ruleset, r *rule.Rule, lack widen.Lack) []string
	// Order is what its devices do with a packet that crosses them.
	Order device.Order
	// Separator stands between the changes of several insertions in one text.
	Separator string
	// States says that Write writes the State of a rule. Without it a rule that has one is
	// refused: it would permit everything.
	States bool
	// Contexts says that one text may hold several firewalls, of which device.Input
	// chooses one by its Context: a vsys, a VDOM, a device group.
	Contexts bool
}

// formats are in order of preference where two are equally sure.
var formats = []Format{
	ruleList(rulelist.JSON),
	ruleList(rulelist.YAML),
	router(ios.IOS),
	router(ios.NXOS),
	router(ios.XR),
	{Name: "cisco_asa", Family: "cisco_asa", Order: asa.Order, Sniff: asa.Sniff, Parse: asa.Parse, Write: asa.Write, Widen: asa.Widen, Remove: asa.Remove, Cut: asa.Cut, Separator: "\n"},
	{Name: "fortios", Family: "fortios", Order: fortios.Order, Sniff: fortios.Sniff, Parse: fortios.Parse, Write: fortios.Write, Widen: fortios.Widen, Resources: fortios.Resources, Remove: byRule(fortios.Remove), Cut: cut.Edits, Separator: "\n", Contexts: true},
	{Name: "junos", Family: "junos", Order: junos.Order, Sniff: junos.Sniff, Parse: junos.Parse, Write: junos.Write, Resources: junos.Resources, Remove: byRule(junos.Remove), Cut: junos.Cut, Separator: "\n", Contexts: true},
	{Name: "checkpoint", Family: "checkpoint", Order: checkpoint.Order, Sniff: checkpoint.Sniff, Parse: checkpoint.Parse, Write: checkpoint.Write, Resources: checkpoint.Resources, Remove: byRule(checkpoint.Remove), Cut: checkpoint.Cut, Separator: "\n", Contexts: true},
	{Name: "panos", Family: "panos", Order: panos.Order, Sniff: panos.Sniff, Parse: panos.Parse, Write: panos.Write, Widen: panos.Widen, Resources: panos.Resources, Remove: byRule(panos.Remove), Cut: panos.Cut, Separator: "\n", Contexts: true},
	{Name: "iptables", Family: "iptables", Order: netfilter.Order, Sniff: iptables.Sniff, Parse: iptables.Parse, Write: iptables.Write, Remove: byRule(removeIptables), Cut: cut.Lines, States: true, Separator: "\n"},
	{Name: "nftables", Family: "nftables", Order: netfilter.Order, Sniff: nftables.Sniff, Parse: nftables.Parse, Write: nftables.Write, Widen: nftables.Widen, Remove: removeNFT, Cut: nftables.Cut, States: true, Separator: "\n"},
	{Name: "pf_conf", Family: "pf", Order: pf.Order, Sniff: pf.Sniff, Parse: pf.Parse, Write: pf.Write, Remove: byHand("take its line out of pf.conf, and load that with pfctl -f"), Cut: cut.Lines, Separator: "\n"},
	configXML(sense.OPNsense),
	configXML(sense.PfSense),
	{Name: "azure", Family: "azure", Order: azure.Order, Sniff: azure.Sniff, Parse: azure.Parse, Write: azure.Write, Remove: byRule(azure.Remove), Cut: cut.Values, Separator: "\n\n"},
	{Name: "gcp", Family: "gcp", Order: gcp.Order, Sniff: gcp.Sniff, Parse: gcp.Parse, Write: gcp.Write, Remove: byRule(gcp.Remove), Cut: cut.Values, Separator: "\n\n"},
	{Name: "kubernetes", Family: "kubernetes", Order: kubernetes.Order, Sniff: kubernetes.Sniff, Parse: kubernetes.Parse, Write: kubernetes.Write, Remove: byHand("take its entry out of the policy, and apply that: the last entry of a direction leaves an empty list, which permits nothing"), Cut: cut.Values, Separator: "\n"},
	{Name: "aws", Family: "aws", Order: vpc.Order, Sniff: aws.Sniff, Parse: aws.Parse, Write: aws.Write, Remove: byRule(aws.Remove), Cut: aws.Cut, Separator: "\n\n"},
	{Name: "terraform", Family: "terraform", Order: vpc.Order, Sniff: tfplan.Sniff, Parse: tfplan.Parse, Write: tfplan.Write, Remove: byHand("take the rule out of its Terraform configuration"), Separator: "\n\n"},
}

// Names are the formats in the order of preference.
var Names = func() []string {
	out := make([]string, len(formats))
	for i := range formats {
		out[i] = formats[i].Name
	}
	return out
}()

// All returns every format, in order of preference.
func All() []Format { return slices.Clone(formats) }

// Lookup returns the format of that name.
func Lookup(name string) (Format, bool) {
	i := slices.IndexFunc(formats, func(f Format) bool { return f.Name == name })
	if i < 0 {
		return Format{}, false
	}
	return formats[i], true
}

func ruleList(name string) Format {
	return Format{
		Name: name, Family: "list", States: true, Separator: "\n",
		Sniff: func(content []byte) int {
			if f, score := rulelist.Sniff(content); f == name {
				return score
			}
			return 0
		},
		Parse:  func(in device.Input) (*device.Document, error) { return rulelist.Parse(in, name) },
		Write:  func(_ string, in rule.Insertion) (string, error) { return rulelist.Write(name, in) },
		Remove: byHand("take the entry out of the list"),
		Cut:    cut.Values,
	}
}

// configXML is the format of OPNsense and pfSense.
func configXML(system string) Format {
	return Format{
		Name: system, Family: "sense", Separator: "\n", Order: sense.Order,
		Sniff:  func(content []byte) int { return sense.Sniff(system, content) },
		Parse:  func(in device.Input) (*device.Document, error) { return sense.Parse(system, in) },
		Write:  func(list string, in rule.Insertion) (string, error) { return sense.Write(system, list, in) },
		Remove: byHand("delete it under Firewall, Rules, and apply the changes"),
		Cut:    sense.Cut,
	}
}

func router(d ios.Dialect) Format {
	return Format{
		Name: string(d), Family: "router", Separator: "\n", Order: ios.Order,
		Sniff: func(content []byte) int {
			if dialect, score := ios.Sniff(content); dialect == d {
				return score
			}
			return 0
		},
		Parse: func(in device.Input) (*device.Document, error) { return ios.Parse(d, in) },
		Write: func(list string, in rule.Insertion) (string, error) { return ios.Write(d, list, in) },
		Widen: func(content []byte, base *rule.Ruleset, r *rule.Rule, lack widen.Lack) []string {
			return ios.Widen(d, content, base, r, lack)
		},
		Remove: byRule(removeRouter),
		Cut:    cut.Lines,
	}
}

// minScore is how sure a reader has to be for its format to be detected.
const minScore = 30

// Detect tells the format of content. It refuses to choose between two that are
// equally sure.
func Detect(content []byte) (string, error) {
	var best []string
	most := minScore
	for i := range formats {
		f := &formats[i]
		switch score := f.Sniff(content); {
		case score > most:
			best, most = []string{f.Name}, score
		case score == most:
			best = append(best, f.Name)
		}
	}
	switch len(best) {
	case 0:
		return "", fmt.Errorf("the format of the text is not recognised; set format to one of %s", strings.Join(Names, ", "))
	case 1:
		return best[0], nil
	}
	slices.Sort(best)
	return "", fmt.Errorf("the text could be %s; set format to the one that it is", strings.Join(best, " or "))
}
