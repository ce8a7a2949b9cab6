package main

import (
	"bytes"
	"cmp"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
)

const protocolHead = `# Made by go generate from the IANA Protocol Numbers registry. Do not edit.
# number keyword
`

const portHead = `# Made by go generate from the IANA Service Name and Transport Protocol Port
# Number Registry. Do not edit.
# name transports:ports (t TCP, u UDP, d DCCP, s SCTP)
`

type transport struct {
	name   string // in the registry
	letter byte   // in the table
}

// transports are in the order in which the table lists them.
var transports = []transport{{"tcp", 't'}, {"udp", 'u'}, {"dccp", 'd'}, {"sctp", 's'}}

// protocolTable writes one line per keyword, by number. Number 255 is left out:
// its keyword, "Reserved", is no protocol's name.
func protocolTable(file string, text []byte) ([]byte, error) {
	var errs []error
	names := make(map[uint64]string)
	err := readCSV(file, text, []string{"decimal", "keyword", "protocol"}, func(where string, row []string) {
		number, err := strconv.ParseUint(row[0], 10, 8)
		keyword, nameErr := tableName(row[1])
		switch {
		case err != nil:
			errs = append(errs, fmt.Errorf("%s: protocol number %q is not 0 to 255", where, row[0]))
		case nameErr != nil:
			errs = append(errs, fmt.Errorf("%s: keyword %w", where, nameErr))
		case keyword == "reserved":
		case names[number] != "":
			errs = append(errs, fmt.Errorf("%s: protocol %d is already %s", where, number, names[number]))
		default:
			names[number] = keyword
		}
	})
	if err := errors.Join(append(errs, err)...); err != nil {
		return nil, err
	}
	out := bytes.NewBufferString(protocolHead)
	for _, number := range slices.Sorted(maps.Keys(names)) {
		fmt.Fprintf(out, "%d %s\n", number, names[number])
	}
	return out.Bytes(), nil
}

type portRange struct {
	first, last uint16
}

// portTable writes one line per name, in byte order of the names in lower case.
// Transports with the same ports share a list.
func portTable(file string, text []byte) ([]byte, error) {
	var errs []error
	ports := make(map[string]map[string][]portRange) // name, transport
	err := readCSV(file, text, []string{"name", "port", "transport"}, func(where string, row []string) {
		name, nameErr := tableName(row[0])
		r, rangeErr := parseRange(row[1])
		known := slices.ContainsFunc(transports, func(t transport) bool { return t.name == row[2] })
		switch {
		case nameErr != nil:
			errs = append(errs, fmt.Errorf("%s: name %w", where, nameErr))
		case strings.Contains(name, " "):
			errs = append(errs, fmt.Errorf("%s: name %q has a blank", where, row[0]))
		case rangeErr != nil:
			errs = append(errs, fmt.Errorf("%s: %w", where, rangeErr))
		case !known:
			errs = append(errs, fmt.Errorf("%s: transport %q is none of tcp, udp, dccp, sctp", where, row[2]))
		default:
			if ports[name] == nil {
				ports[name] = make(map[string][]portRange)
			}
			ports[name][row[2]] = append(ports[name][row[2]], r)
		}
	})
	if err := errors.Join(append(errs, err)...); err != nil {
		return nil, err
	}
	out := bytes.NewBufferString(portHead)
	for _, name := range slices.Sorted(maps.Keys(ports)) {
		fmt.Fprintf(out, "%s%s\n", name, groups(ports[name]))
	}
	return out.Bytes(), nil
}

// groups writes " tu:80 s:81": the transports that share a list of ports.
func groups(byTransport map[string][]portRange) string {
	var letters, lists []string
	for _, t := range transports {
		ranges := byTransport[t.name]
		if len(ranges) == 0 {
			continue
		}
		list := portList(ranges)
		i := slices.Index(lists, list)
		if i < 0 {
			i = len(lists)
			letters, lists = append(letters, ""), append(lists, list)
		}
		letters[i] += string(t.letter)
	}
	var b strings.Builder
	for i := range lists {
		fmt.Fprintf(&b, " %s:%s", letters[i], lists[i])
	}
	return b.String()
}

func portList(ranges []portRange) string {
	slices.SortFunc(ranges, func(a, b portRange) int {
		return cmp.Or(cmp.Compare(a.first, b.first), cmp.Compare(a.last, b.last))
	})
	var items []string
	for _, r := range slices.Compact(ranges) {
		item := strconv.Itoa(int(r.first))
		if r.last != r.first {
			item += "-" + strconv.Itoa(int(r.last))
		}
		items = append(items, item)
	}
	return strings.Join(items, ",")
}

func parseRange(text string) (portRange, error) {
	first, last, ok := strings.Cut(text, "-")
	if !ok {
		last = first
	}
	from, err1 := strconv.ParseUint(first, 10, 16)
	to, err2 := strconv.ParseUint(last, 10, 16)
	if err1 != nil || err2 != nil || from > to {
		return portRange{}, fmt.Errorf("port %q is no number 0 to 65535 and no range of them", text)
	}
	return portRange{uint16(from), uint16(to)}, nil
}

// tableName reports a name in lower case, as the tables hold it. A # would begin
// a comment there, and a letter outside ASCII would not be found in any case.
func tableName(name string) (string, error) {
	for _, c := range []byte(name) {
		if c < ' ' || c > '~' || c == '#' {
			return "", fmt.Errorf("%q is not printable ASCII without #", name)
		}
	}
	if name == "" || name != strings.TrimSpace(name) {
		return "", fmt.Errorf("%q is empty or has blanks around it", name)
	}
	return strings.ToLower(name), nil
}

// readCSV calls do with each row after the header, and with "file:line" for
// error messages.
func readCSV(file string, text []byte, header []string, do func(where string, row []string)) error {
	r := csv.NewReader(bytes.NewReader(text))
	r.FieldsPerRecord = len(header)
	got, err := r.Read()
	if err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	if !slices.Equal(got, header) {
		return fmt.Errorf("%s:1: header is %q, want %q", file, got, header)
	}
	for {
		row, err := r.Read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("%s: %w", file, err)
		}
		line, _ := r.FieldPos(0)
		do(fmt.Sprintf("%s:%d", file, line), row)
	}
}
