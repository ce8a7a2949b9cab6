package asa

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/cut"
)

// What show access-list prints: the shownHeading, and lines with numbers, where the elements
// that a line was expanded to have its number as well.
var (
	shownHeading = regexp.MustCompile(`^(access-list (\S+); )(\d+)( elements;.*)$`)
	shownLine    = regexp.MustCompile(`^(\s*access-list (\S+) line )(\d+)( .*)$`)
)

// numberedLine is a line of a list, by its number on the device.
type numberedLine struct {
	list   string
	number int
}

// Cut returns a configuration, or what show access-list prints, without the entries that
// start on the lines.
func Cut(content []byte, lines []int) ([]byte, error) {
	all := strings.SplitAfter(string(content), "\n")
	gone := make(map[numberedLine]int) // how many lines of the text
	for _, n := range lines {
		if n > len(all) {
			return nil, fmt.Errorf("line %d is not in the text", n)
		}
		if at, ok := numberOf(all[n-1]); ok {
			gone[at] = 0
		}
	}
	if len(gone) == 0 {
		return cut.Lines(content, lines)
	}
	for _, line := range all {
		if at, ok := numberOf(line); ok {
			if n, cut := gone[at]; cut {
				gone[at] = n + 1
			}
		}
	}
	below, elements := make(map[string][]int), make(map[string]int)
	for at, n := range gone {
		below[at.list] = append(below[at.list], at.number)
		elements[at.list] += max(1, n-1) // a line that is expanded is none itself
	}
	var out strings.Builder
	for _, line := range all {
		text, end, _ := strings.Cut(line, "\n")
		at, ok := numberOf(line)
		if _, cut := gone[at]; ok && cut {
			continue
		}
		if h := shownHeading.FindStringSubmatch(text); h != nil {
			n, _ := strconv.Atoi(h[3])
			text = h[1] + strconv.Itoa(n-elements[h[2]]) + h[4]
		} else if ok {
			n := at.number
			for _, b := range below[at.list] {
				if b < at.number {
					n--
				}
			}
			m := shownLine.FindStringSubmatch(text)
			text = m[1] + strconv.Itoa(n) + m[4]
		}
		out.WriteString(text)
		if strings.HasSuffix(line, "\n") {
			out.WriteString("\n" + end)
		}
	}
	return []byte(out.String()), nil
}

func numberOf(line string) (numberedLine, bool) {
	m := shownLine.FindStringSubmatch(strings.TrimRight(line, "\r\n"))
	if m == nil {
		return numberedLine{}, false
	}
	n, err := strconv.Atoi(m[3])
	return numberedLine{m[2], n}, err == nil
}
