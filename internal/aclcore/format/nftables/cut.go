package nftables

import (
	"bytes"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/cut"
)

// Cut returns a text, or what nft -j prints, without the rules that start on the lines.
func Cut(content []byte, lines []int) ([]byte, error) {
	if bytes.HasPrefix(bytes.TrimLeft(content, " \t\r\n\ufeff"), []byte("{")) {
		return cut.Values(content, lines)
	}
	return cut.Lines(content, lines)
}
