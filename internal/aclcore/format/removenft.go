package format

import (
	"bytes"
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
)

// What a text of nft says of where a rule stands: "# handle 5" behind it, as nft -a
// prints it, and the braces that it is in.
var (
	nftHandle = regexp.MustCompile(`# handle (\d+)\s*$`)
	nftBrace  = regexp.MustCompile(`^\s*(table|chain) ((?:\w+ )?[^\s{]+) \{`)
	nftInJSON = regexp.MustCompile(`^(\w+ \S+ \S+) handle (\d+):`)
)

// removeNFT deletes a rule by its handle, which is all that nft knows it by (nft(8),
// "delete rule").
func removeNFT(content []byte, _ *rule.Ruleset, r *rule.Rule) ([]string, error) {
	if m := nftInJSON.FindStringSubmatch(r.Text); m != nil {
		return []string{fmt.Sprintf("nft delete rule %s handle %s", m[1], m[2])}, nil
	}
	lines := bytes.SplitN(content, []byte("\n"), r.Line+1)
	if r.Line < 1 || r.Line > len(lines) {
		return nil, errNoHandle
	}
	m := nftHandle.FindSubmatch(lines[r.Line-1])
	if m == nil {
		return nil, errNoHandle
	}
	var table, chain string
	for i := r.Line - 1; i >= 0 && table == ""; i-- {
		switch at := nftBrace.FindSubmatch(lines[i]); {
		case at == nil:
		case string(at[1]) == "table":
			table = string(at[2])
		case chain == "":
			chain = string(at[2])
		}
	}
	if table == "" || chain == "" {
		return nil, errNoHandle
	}
	if !strings.Contains(table, " ") {
		table = "ip " + table
	}
	return []string{fmt.Sprintf("nft delete rule %s %s handle %s", table, chain, m[1])}, nil
}

var errNoHandle = errors.New("nft deletes a rule by its handle, which the text has not: export with nft -a list ruleset, or nft -j -a list ruleset")
