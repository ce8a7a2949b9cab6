package parse

import (
	"fmt"
	"slices"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/config"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/parse/asa"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/parse/aws"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/parse/ios"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/parse/iptables"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/parse/nftables"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/parse/rulelist"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/parse/tfplan"
)

// A language is one format that can be read.
type language struct {
	format string
	// sniff tells how sure it is that a text is in the format: 0 not at all, 100
	// certain.
	sniff func([]byte) int
	parse func(config.Input) (*config.Document, error)
}

// languages are in order of preference where two are equally sure.
var languages = []language{
	ruleList(rulelist.JSON),
	ruleList(rulelist.YAML),
	router(ios.IOS),
	router(ios.NXOS),
	router(ios.XR),
	{"cisco_asa", asa.Sniff, asa.Parse},
	{"iptables", iptables.Sniff, iptables.Parse},
	{"nftables", nftables.Sniff, nftables.Parse},
	{"aws", aws.Sniff, aws.Parse},
	{"terraform", tfplan.Sniff, tfplan.Parse},
}

// Formats are the languages that [Document] reads.
var Formats = func() []string {
	out := make([]string, len(languages))
	for i, l := range languages {
		out[i] = l.format
	}
	return out
}()

func ruleList(format string) language {
	return language{
		format,
		func(content []byte) int {
			if f, score := rulelist.Sniff(content); f == format {
				return score
			}
			return 0
		},
		func(in config.Input) (*config.Document, error) { return rulelist.Parse(in, format) },
	}
}

func router(d ios.Dialect) language {
	return language{
		string(d),
		func(content []byte) int {
			if dialect, score := ios.Sniff(content); dialect == d {
				return score
			}
			return 0
		},
		func(in config.Input) (*config.Document, error) { return ios.Parse(d, in) },
	}
}

// minScore is how sure a parser has to be for its format to be detected.
const minScore = 30

// Detect tells the language of content. It refuses to choose between two that are
// equally sure.
func Detect(content []byte) (string, error) {
	var best []string
	most := minScore
	for _, l := range languages {
		switch score := l.sniff(content); {
		case score > most:
			best, most = []string{l.format}, score
		case score == most:
			best = append(best, l.format)
		}
	}
	switch len(best) {
	case 0:
		return "", fmt.Errorf("the format of the text is not recognised; set format to one of %s", strings.Join(Formats, ", "))
	case 1:
		return best[0], nil
	}
	slices.Sort(best)
	return "", fmt.Errorf("the text could be %s; set format to the one that it is", strings.Join(best, " or "))
}
