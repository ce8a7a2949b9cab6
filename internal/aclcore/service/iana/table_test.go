package iana

import (
	"regexp"
	"slices"
	"strings"
	"testing"
)

// readPorts and readProtocols trust the embedded tables; these tests are why
// they may.

var (
	portRow     = regexp.MustCompile(`^[!"$-@\[-~]+( [tuds]+:[0-9]+(-[0-9]+)?(,[0-9]+(-[0-9]+)?)*)+$`)
	protocolRow = regexp.MustCompile(`^[0-9]+ [!"$-@\[-~]+( [!"$-@\[-~]+)*$`)
)

func TestTablesWellFormed(t *testing.T) {
	for _, tt := range []struct {
		file, text string
		form       *regexp.Regexp
		least      int
	}{
		{"ports.txt", portsText, portRow, 6000},
		{"port_aliases.txt", portAliasesText, portRow, 20},
		{"protocols.txt", protocolsText, protocolRow, 140},
		{"protocol_aliases.txt", protocolAliasesText, protocolRow, 10},
	} {
		n := 0
		for row := range rows(tt.text) {
			n++
			if !tt.form.MatchString(row) {
				t.Errorf("%s: %q is not of the form %s", tt.file, row, tt.form)
			}
		}
		if n < tt.least {
			t.Errorf("%s has %d rows, want %d and more", tt.file, n, tt.least)
		}
	}
}

func TestPortTables(t *testing.T) {
	for file, table := range map[string]*portTable{"ports.txt": registeredPorts(), "port_aliases.txt": aliasPorts()} {
		for i, e := range table.names {
			if i > 0 && e.name <= table.names[i-1].name {
				t.Errorf("%s: %s is not in byte order after %s", file, e.name, table.names[i-1].name)
			}
			for tr := range transports {
				ports := table.ports(e.at[tr])
				for j, p := range ports {
					if p.First > p.Last || j > 0 && p.First <= ports[j-1].Last {
						t.Errorf("%s: %s has the ports %v, want them ascending", file, e.name, ports)
					}
				}
			}
		}
	}
}

func TestAliasesDoNotOverruleRegistry(t *testing.T) {
	for _, e := range aliasPorts().names {
		for tr := range transports {
			if e.at[tr].from != e.at[tr].to && registeredPorts().lookup(tr, e.name) != nil {
				t.Errorf("port alias %s is in the registry for that transport (%c)", e.name, transportLetters[tr])
			}
		}
	}
	names := protocols().names
	for i := 1; i < len(names); i++ {
		if names[i].name == names[i-1].name {
			t.Errorf("protocol name %s is %d and %d", names[i].name, names[i-1].number, names[i].number)
		}
	}
}

func TestAliasesHaveReasons(t *testing.T) {
	for file, text := range map[string]string{"port_aliases.txt": portAliasesText, "protocol_aliases.txt": protocolAliasesText} {
		for line := range strings.Lines(text) {
			row, reason, _ := strings.Cut(line, "#")
			if strings.TrimSpace(row) != "" && len(strings.TrimSpace(reason)) < 5 {
				t.Errorf("%s: %q says no reason after #", file, strings.TrimSpace(row))
			}
		}
	}
}

// A preferred name that nothing shows is a mistake in the list.
func TestPreferredNamesAreShown(t *testing.T) {
	var shown []string
	for _, name := range portNames() {
		shown = append(shown, name)
	}
	for _, name := range preferredPortNames {
		if !slices.Contains(shown, name) {
			t.Errorf("preferred port name %s is shown for no port", name)
		}
	}
	for _, name := range preferredProtocolNames {
		if n, ok := Protocol(name); !ok || ProtocolName(n) != name {
			t.Errorf("preferred protocol name %s is shown for no protocol", name)
		}
	}
}
