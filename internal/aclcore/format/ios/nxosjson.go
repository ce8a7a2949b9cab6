package ios

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/device"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/jsontree"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/terminal"
)

// The keys of what NX-OS prints for "show access-lists | json", from "show access-lists"
// in the Nexus 9000 command reference: each list has its entries, and each entry has its
// words as values of their own. NX-API wraps the same in "ins_api", "outputs" and "body".
const (
	keyLists   = "TABLE_ip_ipv6_mac"
	keyList    = "ROW_ip_ipv6_mac"
	keyEntries = "TABLE_seqno"
	keyEntry   = "ROW_seqno"
)

// entryWords are the keys of an entry in the order in which their values make it as
// text. Of the keys between bars, which say the same, the first one counts that is there.
// A plain key is a word of its own; after a colon stands what its value follows.
var entryWords = [][]string{
	{"permitdeny"},
	{"proto_str", "proto", "ip", "ipv6"},
	{"src_any", "src_ip_prefix", "src_ip_addr", "src_ipv6_prefix", "src_ipv6_addr", "src_addrgrp:addrgroup"},
	{"src_ip_mask", "src_ipv6_mask"},
	{"src_port_op", "src_portgrp:portgroup"}, {"src_port1_num", "src_port1_str"}, {"src_port2_num", "src_port2_str"},
	{"dest_any", "dest_ip_prefix", "dest_ip_addr", "dest_ipv6_prefix", "dest_ipv6_addr", "dest_addrgrp:addrgroup"},
	{"dest_ip_mask", "dest_ipv6_mask"},
	{"dest_port_op", "dest_portgrp:portgroup"}, {"dest_port1_num", "dest_port1_str"}, {"dest_port2_num", "dest_port2_str"},
	{"icmp_type", "icmp_str", "icmpv6_type", "icmpv6_str"}, {"icmp_code", "icmpv6_code"},
	{"urg"}, {"ack"}, {"psh"}, {"rst"}, {"syn"}, {"fin"}, {"established"}, {"fragments"}, {"log"},
	{"dscp_str:dscp", "dscp:dscp"}, {"precedence_str:precedence", "precedence:precedence"}, {"tos_str:tos", "tos:tos"},
	{"ttl:ttl"}, {"plen_op:packet-length"}, {"plen1"}, {"plen2"}, {"timerange:time-range"}, {"vlan:vlan"}, {"cos:cos"},
}

// entryCounters are keys of an entry that say nothing about what it matches.
var entryCounters = []string{"seqno", "match_count", "capture_session", "TABLE_match"}

// listSettings are keys of a list beside its entries that say nothing about packets that
// are no fragments.
var listSettings = []string{
	"op_ip_ipv6_mac", "show_summary", "acl_name", keyEntries, "statistics", "fragments", "fragments_perm_deny", "frag_opt_permit_deny",
}

// isJSON reports whether the content is the output of a show command as JSON, perhaps
// under the prompt where it was typed.
func isJSON(content []byte) bool {
	head := content[:min(len(content), sniffBytes)]
	return bytes.Contains(head, []byte(`"`+keyLists+`"`)) && len(jsonIn(content)) > 0
}

// jsonIn returns the content from its first brace on, if nothing but commands and
// comments stand above it, with the lines above it as empty ones.
func jsonIn(content []byte) []byte {
	above := 0
	for line := range bytes.Lines(content) {
		text := strings.TrimSpace(strings.TrimPrefix(string(line), "\ufeff"))
		_, _, prompt := terminal.CutPrompt(text)
		switch {
		case strings.HasPrefix(text, "{"), strings.HasPrefix(text, "["):
			return append(bytes.Repeat([]byte("\n"), bytes.Count(content[:above], []byte("\n"))), content[above:]...)
		case text == "", prompt, text[0] == '!', text[0] == '#', strings.HasPrefix(text, "show "):
			above += len(line)
		default:
			return nil
		}
	}
	return nil
}

// parseJSON is [Parse] for the output of "show access-lists | json": it reads the lists
// as a text with the same entries would be read.
func (p *parser) parseJSON(content []byte) (*device.Document, error) {
	content = jsonIn(content)
	if end := bytes.LastIndexAny(content, "}]"); end >= 0 {
		content = content[:end+1] // a prompt may follow
	}
	values, err := jsontree.Parse(p.source, content)
	if err != nil {
		return nil, err
	}
	for i := range values {
		for _, row := range listsIn(&values[i]) {
			p.jsonList(row)
		}
	}
	if !p.known {
		return nil, p.errorAt(1, "it holds no access list")
	}
	return p.document(), nil
}

// listsIn returns the rows of lists in the value, however deep.
func listsIn(v *jsontree.Value) []*jsontree.Value {
	if table := v.Get(keyLists); table != nil {
		return rows(table.Get(keyList))
	}
	var out []*jsontree.Value
	for i := range v.Items {
		out = append(out, listsIn(&v.Items[i])...)
	}
	return out
}

// rows returns the rows of a table: NX-OS writes no list around a single one.
func rows(v *jsontree.Value) []*jsontree.Value {
	if v == nil {
		return nil
	}
	if v.Kind != jsontree.Array {
		return []*jsontree.Value{v}
	}
	out := make([]*jsontree.Value, len(v.Items))
	for i := range v.Items {
		out[i] = &v.Items[i]
	}
	return out
}

func (p *parser) jsonList(row *jsontree.Value) {
	name, family := text(row.Get("acl_name")), text(row.Get("op_ip_ipv6_mac"))
	l := line{number: row.Line, text: strings.TrimSpace(family + " access list " + name)}
	switch {
	case name == "":
		p.note(l, "the list has no name, so nothing can apply it; its entries are not read")
		return
	case family != "ip" && family != "ipv4" && family != "ipv6":
		p.known = true
		p.note(l, "an access list of this kind is not read; those for IPv4 and IPv6 are")
		return
	}
	p.words.cut(l.text)
	p.open(l, listKey{family == "ipv6", name}, "", true)
	for _, key := range row.Keys {
		if !slices.Contains(listSettings, key) {
			p.list.doubt(line{number: row.Get(key).Line, text: key + " " + text(row.Get(key))})
		}
	}
	for _, entry := range rows(row.Get(keyEntries).Get(keyEntry)) {
		p.jsonEntry(entry)
	}
	p.mode = elsewhere
}

// jsonEntry reads an entry as its words would be read. A key that is not known becomes a
// word that is not understood.
func (p *parser) jsonEntry(row *jsontree.Value) {
	parts := []string{text(row.Get("seqno"))}
	used := slices.Clone(entryCounters)
	if remark := row.Get("remark"); remark != nil {
		parts = append(parts, "remark "+text(remark))
		used = append(used, row.Keys...)
	}
	for _, same := range entryWords {
		found := false
		for _, key := range same {
			key, after, _ := strings.Cut(key, ":")
			value := text(row.Get(key))
			if used = append(used, key); value == "" || found {
				continue
			}
			found = true
			if after != "" {
				value = after + " " + value
			}
			parts = append(parts, value)
		}
	}
	for _, key := range row.Keys {
		if !slices.Contains(used, key) {
			parts = append(parts, fmt.Sprintf("%s:%s", key, text(row.Get(key))))
		}
	}
	l := line{number: row.Line, indented: true, text: strings.Join(parts, " ")}
	p.words.cut(l.text)
	p.addEntry(l, 0)
}

// text returns what a plain value says, with each run of blanks as one.
func text(v *jsontree.Value) string {
	if v == nil || v.Kind == jsontree.Null {
		return ""
	}
	if v.Kind == jsontree.Array || v.Kind == jsontree.Object {
		return "…"
	}
	return strings.Join(strings.Fields(v.Text), " ")
}
