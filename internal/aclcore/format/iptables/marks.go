package iptables

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/netfilter"
)

// marking is what the rules of a text do with marks: which bits they set and which they
// look at. Marks of packets that come in begin at 0; where no rule of the text sets a
// bit that one looks at, somebody else does, and it is not known.
type marking struct {
	set, tested uint32
}

// setsAnyMark are the words of rules that give a packet a mark which is not in the text.
var setsAnyMark = map[string]bool{"--restore-mark": true, "HMARK": true, "--map-mark": true, "--tproxy-mark": true}

// marks finds out what the text does with marks.
func (r *reader) marks() *marking {
	if r.marking != nil {
		return r.marking
	}
	m := &marking{}
	r.marking = m
	var words [3]string // the last ones
	for word := range strings.FieldsSeq(r.content) {
		words[0], words[1], words[2] = words[1], words[2], word
		switch option := words[1]; {
		case option == "--mark" || words[0] == "--mark" && option == "!":
			_, mask, _ := markValue(word)
			m.tested |= mask
		case strings.HasPrefix(option, "--") && strings.HasSuffix(option, "-mark") || option == "--set-xmark":
			c, ok := markChange(option, word)
			if !ok {
				continue
			}
			m.set |= c.bits
		case setsAnyMark[word]:
			m.set = ^uint32(0)
		}
	}
	return m
}

// markValue reads "0x4000/0x4000" or "1".
func markValue(text string) (value, mask uint32, err error) {
	v, m, masked := strings.Cut(text, "/")
	n, err1 := strconv.ParseUint(v, 0, 32)
	k := uint64(^uint32(0))
	if masked {
		k, err = strconv.ParseUint(m, 0, 32)
	}
	if err1 != nil || err != nil {
		return 0, 0, fmt.Errorf("is not a mark; write 0x4000/0x4000 or a number")
	}
	return uint32(n), uint32(k), nil
}

// markEdit is what a target does with the mark, and which bits it may change.
type markEdit struct {
	change *netfilter.Change
	bits   uint32
}

// markChange reads an option of the target MARK.
func markChange(option, text string) (markEdit, bool) {
	value, mask, err := markValue(text)
	if err != nil {
		return markEdit{}, false
	}
	switch option {
	case "--set-xmark":
		return markEdit{netfilter.Mark(value, mask), value | mask}, true
	case "--set-mark":
		return markEdit{netfilter.SetMark(value, mask), value | mask}, true
	case "--and-mark":
		return markEdit{netfilter.Mark(0, ^value), ^value}, true
	case "--or-mark":
		return markEdit{netfilter.Mark(value, value), value}, true
	case "--xor-mark":
		return markEdit{netfilter.Mark(value, 0), value}, true
	}
	return markEdit{}, false
}

// readMark reads "--mark 0x4000/0x4000" of the match mark.
func readMark(r *ruleReader, name string, args [2]string, not bool) error {
	text := name + " " + args[0]
	if not {
		text = "! " + text
	}
	value, mask, err := markValue(args[0])
	if err != nil || r.rule.module != "mark" || mask&^r.marks().set != 0 {
		r.doubt(text)
		return nil //nolint:nilerr // a mark that is not understood is a doubt, not an error
	}
	r.rule.further = append(r.rule.further, netfilter.Marked(value, mask, not))
	return nil
}

// markOption reads an option of the targets MARK and CONNMARK, and of others that set a
// mark.
func (r *ruleReader) markOption(words []string) {
	if r.rule.module != "" {
		return
	}
	switch {
	case r.rule.target == "MARK" && len(words) == 2:
		if c, ok := markChange(words[0], words[1]); ok {
			r.rule.change = c.change
			return
		}
		r.rule.change = netfilter.LoseMark(^uint32(0))
	case setsAnyMark[words[0]]:
		r.rule.change = netfilter.LoseMark(^uint32(0))
	}
}
