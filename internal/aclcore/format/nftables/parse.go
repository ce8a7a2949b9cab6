package nftables

import (
	"bytes"
	"fmt"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/device"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/netfilter"
)

// MaxBytes bounds the text; what is kept of it takes up to ten times as much memory.
const MaxBytes = 256 << 20

// Parse reads a document in either form; see the package comment for what its lists
// are. The error joins all that is wrong, each with its line.
func Parse(in device.Input) (*device.Document, error) {
	if len(in.Content) > MaxBytes {
		return nil, fmt.Errorf("%s: is %d MB long; at most %d MB are read", in.Source, len(in.Content)>>20, MaxBytes>>20)
	}
	rs := &ruleset{Problems: &netfilter.Problems{Source: in.Source}}
	if isJSON(in.Content) {
		if err := rs.readJSON(in.Source, in.Content); err != nil {
			return nil, err
		}
	} else {
		rs.readText(string(in.Content))
	}
	if err := rs.Err(); err != nil {
		return nil, err
	}
	doc := rs.document()
	if err := rs.Err(); err != nil {
		return nil, err
	}
	if len(doc.Lists) == 0 {
		return nil, fmt.Errorf("%s: has no base chain that filters; export the whole ruleset with nft list ruleset", in.Source)
	}
	return doc, nil
}

func isJSON(content []byte) bool {
	content = bytes.TrimLeft(bytes.TrimPrefix(content, []byte("\ufeff")), " \t\r\n")
	return len(content) > 0 && (content[0] == '{' || content[0] == '[')
}

// Sniff tells how likely content is a ruleset of nftables, 0 to 100.
func Sniff(content []byte) int {
	const window = 1 << 16
	if len(content) > window {
		content = content[:window]
	}
	if isJSON(content) {
		head := bytes.TrimLeft(bytes.TrimPrefix(content, []byte("\ufeff")), " \t\r\n{")
		switch {
		case bytes.HasPrefix(head, []byte(`"nftables"`)):
			return 100
		case bytes.Contains(content, []byte(`"nftables"`)) && bytes.Contains(content, []byte(`"chain"`)):
			return 60
		}
		return 0
	}
	score := 0
	for line := range bytes.Lines(content) {
		f := bytes.Fields(line)
		switch {
		case len(f) >= 3 && string(f[0]) == "table" && families[string(f[1])]:
			return 95
		case len(f) >= 3 && string(f[0]) == "table" && string(f[2]) == "{":
			score = max(score, 60)
		case len(f) == 2 && string(f[0]) == "flush" && string(bytes.TrimSuffix(f[1], []byte(";"))) == "ruleset":
			score = max(score, 90)
		case len(f) >= 4 && (string(f[0]) == "add" || string(f[0]) == "insert") && families[string(f[2])]:
			score = max(score, 70)
		}
	}
	return score
}
