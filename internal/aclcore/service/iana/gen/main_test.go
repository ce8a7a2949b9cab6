package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/testshared"
)

func TestCommittedTables(t *testing.T) {
	dir := testshared.Dir(t, "reference", "iana")
	for _, tt := range []struct {
		source, target string
		build          func(string, []byte) ([]byte, error)
	}{
		{"protocol-numbers.csv", "protocols.txt", protocolTable},
		{"service-names.csv", "ports.txt", portTable},
	} {
		source := read(t, filepath.Join(dir, tt.source))
		got, err := tt.build(tt.source, source)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got, read(t, filepath.Join("..", tt.target))) {
			t.Errorf("%s is not what %s makes; run go generate", tt.target, tt.source)
		}
	}
}

func read(t *testing.T, path string) []byte {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestPortTable(t *testing.T) {
	for _, tt := range []struct{ rows, want string }{
		{"ssh,22,tcp\nssh,22,sctp\nssh,22,udp", "ssh tus:22"},
		{"b,2,tcp\na,1,tcp", "a t:1\nb t:2"},
		{"a,3,tcp\na,1,tcp\na,3,tcp", "a t:1,3"},
		{"a,1,tcp\na,2,udp\na,1,dccp", "a td:1 u:2"},
		{"x11,6000-6063,udp", "x11 u:6000-6063"},
		{"a,2,tcp\na,1,tcp", "a t:1,2"}, // touching ports stay apart
		{"XmlReg,1,tcp\nxmlreg,2,tcp", "xmlreg t:1,2"},
	} {
		got, err := portTable("f", []byte("name,port,transport\n"+tt.rows+"\n"))
		if want := portHead + tt.want + "\n"; err != nil || string(got) != want {
			t.Errorf("portTable(%q) = %q, %v; want %q", tt.rows, got, err, want)
		}
	}
}

func TestProtocolTable(t *testing.T) {
	got, err := protocolTable("f", []byte("decimal,keyword,protocol\n255,Reserved,\n17,UDP,User Datagram\n6,tcp,\n124,ISIS over IPv4,\n"))
	if want := protocolHead + "6 tcp\n17 udp\n124 isis over ipv4\n"; err != nil || string(got) != want {
		t.Errorf("protocolTable = %q, %v; want %q", got, err, want)
	}
}

func TestErrors(t *testing.T) {
	const ports, protocols = "name,port,transport\n", "decimal,keyword,protocol\n"
	for _, tt := range []struct {
		build func(string, []byte) ([]byte, error)
		text  string
		want  string
	}{
		{portTable, "", "f: EOF"},
		{portTable, "name,port\n", "f: record on line 1: wrong number of fields"},
		{portTable, "name,proto,port\n", "f:1: header is"},
		{portTable, ports + "a,1\n", "f: record on line 2"},
		{portTable, ports + "a,1,tcp\nb,65536,tcp\n", `f:3: port "65536"`},
		{portTable, ports + "a,9-1,tcp\n", `f:2: port "9-1"`},
		{portTable, ports + "a,,tcp\n", `f:2: port ""`},
		{portTable, ports + "a,1,quic\n", `f:2: transport "quic"`},
		{portTable, ports + "a b,1,tcp\n", `f:2: name "a b"`},
		{portTable, ports + "#a,1,tcp\n", `f:2: name "#a"`},
		{portTable, ports + ",1,tcp\n", `f:2: name ""`},
		{portTable, ports + "a,x,tcp\nb,1,y\n", `f:3: transport "y"`}, // both are told
		{protocolTable, protocols + "256,A,\n", `f:2: protocol number "256"`},
		{protocolTable, protocols + "1,,\n", `f:2: keyword ""`},
		{protocolTable, protocols + "1,A,\n1,B,\n", "f:3: protocol 1 is already a"},
	} {
		_, err := tt.build("f", []byte(tt.text))
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%q: error %v, want %q", tt.text, err, tt.want)
		}
	}
}

func TestRun(t *testing.T) {
	root := t.TempDir()
	write := func(name, text string) {
		t.Helper()
		path := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	wantPorts := func(when, want string) {
		t.Helper()
		if got := string(read(t, filepath.Join(root, "repo", "iana", "ports.txt"))); got != want {
			t.Errorf("%s: ports.txt is %q, want %q", when, got, want)
		}
	}
	write("repo/go.mod", "module m\n")
	write("repo/iana/ports.txt", "committed\n")
	t.Chdir(filepath.Join(root, "repo", "iana"))

	t.Setenv("ACL_SHARED_DIR", "")
	if err := run(); err != nil {
		t.Errorf("without the data: %v", err)
	}
	wantPorts("without the data", "committed\n")

	write("shared/reference/iana/protocol-numbers.csv", "decimal,keyword,protocol\n6,tcp,\n")
	write("shared/reference/iana/service-names.csv", "name,port,transport\nssh,22,quic\n")
	if err := run(); err == nil {
		t.Error("a bad transport is no error")
	}
	wantPorts("after an error", "committed\n")
	if _, err := os.Stat("protocols.txt"); err == nil {
		t.Error("protocols.txt is written although ports.txt could not be")
	}

	write("shared/reference/iana/service-names.csv", "name,port,transport\nssh,22,tcp\n")
	if err := run(); err != nil {
		t.Error(err)
	}
	wantPorts("beside the repository", portHead+"ssh t:22\n")

	write("repo/data/reference/iana/protocol-numbers.csv", "decimal,keyword,protocol\n6,tcp,\n")
	write("repo/data/reference/iana/service-names.csv", "name,port,transport\nssh,2222,tcp\n")
	t.Setenv("ACL_SHARED_DIR", "data")
	if err := run(); err != nil {
		t.Error(err)
	}
	wantPorts("by a relative ACL_SHARED_DIR", portHead+"ssh t:2222\n")
}
