package algosec

import (
	"encoding/json"
	"encoding/xml"
	"testing"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/match"
)

func objs(texts ...string) []NetworkObject {
	var out []NetworkObject
	for _, text := range texts {
		out = append(out, NetworkObject{Name: text, Addresses: []string{text}})
	}
	return out
}

func svcs(texts ...string) []Service {
	var out []Service
	for _, text := range texts {
		out = append(out, Service{Name: text, Literals: []string{text}})
	}
	return out
}

func obj(name string, addresses ...string) []NetworkObject {
	return []NetworkObject{{Name: name, Addresses: addresses}}
}

func svc(name string, literals ...string) []Service {
	return []Service{{Name: name, Literals: literals}}
}

func TestSameAddresses(t *testing.T) {
	for _, tt := range []struct {
		name string
		a, b []NetworkObject
		same bool
	}{
		{"order", objs("10.0.0.1", "10.0.0.2"), objs("10.0.0.2", "10.0.0.1"), true},
		{"name and content", obj("HR server", "10.0.0.1"), objs("10.0.0.1"), true},
		{"host as prefix", objs("10.0.0.1/32"), objs("10.0.0.1"), true},
		{"range as prefix", objs("10.0.0.0-10.0.0.255"), objs("10.0.0.0/24"), true},
		{"halves", objs("10.0.0.0/25", "10.0.0.128/25"), objs("10.0.0.0/24"), true},
		{"object with several", obj("both", "10.0.0.1", "10.0.0.2"), objs("10.0.0.2", "10.0.0.1"), true},
		{"IPv6 spellings", objs("2001:db8:0::1"), objs("2001:db8::1"), true},
		{"one more", objs("10.0.0.1"), objs("10.0.0.1", "10.0.0.2"), false},
		{"other", objs("10.0.0.1"), objs("10.0.0.2"), false},
		{"families", objs("::ffff:10.0.0.1"), objs("10.0.0.1"), false},
		{"no content, same name", obj("abstract"), obj("abstract"), true},
		{"no content, other name", obj("abstract"), obj("other"), false},
		{"no content is not nothing", append(obj("abstract"), objs("10.0.0.1")...), objs("10.0.0.1"), false},
		{"content that cannot be read", obj("x", "dynamic"), obj("x", "10.0.0.1"), false},
		{"read in part", obj("x", "10.0.0.1", "dynamic"), obj("x", "10.0.0.1"), false},
		{"Any", obj("Any"), objs("0.0.0.0/0", "::/0"), true},
		{"any of IPv4", obj("Any"), objs("0.0.0.0/0"), false},
		{"star", obj("all", "*"), obj("Any"), true},
	} {
		a := meaningOf(tt.a, nil, nil, nil, nil)
		b := meaningOf(tt.b, nil, nil, nil, nil)
		if (a == b) != tt.same || (a.digest() == b.digest()) != tt.same {
			t.Errorf("%s: same is %t\n%s\n%s", tt.name, a == b, a.text, b.text)
		}
		if a == meaningOf(nil, tt.a, nil, nil, nil) {
			t.Errorf("%s: sources are destinations", tt.name)
		}
	}
}

func TestSameServices(t *testing.T) {
	for _, tt := range []struct {
		name string
		a, b []Service
		same bool
	}{
		{"capitals", svcs("tcp/200"), svcs("TCP/200"), true},
		{"name and content", svc("HTTPS", "TCP/443"), svcs("tcp/443"), true},
		{"IANA name", svcs("tcp/https"), svcs("TCP/443"), true},
		{"order, twice", svcs("tcp/1", "udp/2", "tcp/1"), svcs("UDP/2", "TCP/1"), true},
		{"run", svcs("tcp/1-3"), svcs("TCP/1", "TCP/2", "TCP/3"), true},
		{"protocol", svcs("tcp/53"), svcs("UDP/53"), false},
		{"more", svcs("tcp/53"), svcs("TCP/53", "UDP/53"), false},
		{"all ports", svcs("tcp/*"), svcs("TCP/0-65535"), true},
		{"all ports and one", svcs("tcp/*"), svcs("tcp/1"), false},
		{"everything", svc("all", "*"), svc("Any"), true},
		{"unreadable, same name", svc("x", "RPC/abc"), svc("x", "RPC/abc"), true},
		{"unreadable, other name", svc("x", "RPC/abc"), svc("y", "RPC/abc"), false},
		{"unreadable in part", svc("x", "TCP/1", "RPC/abc"), svc("x", "TCP/1"), false},
		{"without content", svc("x"), svc("x", "TCP/1"), false},
	} {
		a, b := meaningOf(nil, nil, tt.a, nil, nil), meaningOf(nil, nil, tt.b, nil, nil)
		if (a == b) != tt.same {
			t.Errorf("%s: same is %t\n%s\n%s", tt.name, a == b, a.text, b.text)
		}
	}
}

func TestSameUsersAndApplications(t *testing.T) {
	for _, tt := range []struct {
		name string
		a, b []string
		same bool
	}{
		{"none and Any", nil, []string{"Any"}, true},
		{"order", []string{"a", "b"}, []string{"b", "a"}, true},
		{"none and one", nil, []string{"a"}, false},
		{"one with Any", []string{"a", "Any"}, nil, true},
		{"capitals", []string{"a"}, []string{"A"}, false},
	} {
		if got := meaningOf(nil, nil, nil, tt.a, nil) == meaningOf(nil, nil, nil, tt.b, nil); got != tt.same {
			t.Errorf("%s: same is %t", tt.name, got)
		}
		if len(tt.a)+len(tt.b) > 1 && !tt.same && meaningOf(nil, nil, nil, tt.b, nil) == meaningOf(nil, nil, nil, nil, tt.b) {
			t.Errorf("%s: users are applications", tt.name)
		}
	}
}

// No text can be made to look like the end of one list and the beginning of
// another.
func TestMeaningIsNotConfusable(t *testing.T) {
	a := meaningOf(obj(`x"] ["y`), nil, nil, nil, nil)
	b := meaningOf(append(obj(`x`), obj("y")...), nil, nil, nil, nil)
	if a == b {
		t.Error("two lists are the same")
	}
}

// Whatever the server sends, it is read or refused.
func FuzzReplies(f *testing.F) {
	for _, seed := range []string{
		`{"revisionID":1,"applicationID":2,"name":"a","revisionStatus":"Active"}`, `null`, `[]`, `[{}]`, `{"name":{}}`, `[[[[`, `"x"`, "",
		`[{"flowID":1,"name":"f","flowType":"APPLICATION_FLOW","sources":[{"name":"o","ipAddresses":["10.0.0.1-10.0.0.9","*"]}],"services":[{"name":"s","services":["TCP/1-2","*"]}],"networkUsers":[{"id":0,"name":"Any"}]}]`,
		`{"changeRequest":{"id":1e99},"application":null}`, `{"flowId":1,"queryLink":"https://[::1","status":"Blocked"}`, `{"jsessionid":5}`,
		`<Envelope><Body><QueryResponse><QueryResult><QueryItem><Device><IsAllowed>Allowed</IsAllowed><DeviceName>d</DeviceName></Device></QueryItem><QueryResult>Allowed</QueryResult></QueryResult></QueryResponse></Body></Envelope>`,
		`<Envelope><Body><Fault><faultstring>x</faultstring></Fault></Body></Envelope>`,
	} {
		f.Add([]byte(seed))
	}
	c, err := New(Config{URL: "https://localhost", Username: "u", Password: "p"})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		var app Application
		if err := decodeJSON(body, &app); err == nil && (app.Name == "" || app.Revision <= 0) {
			t.Errorf("accepted %q", body)
		}
		var flows flowList
		if err := decodeJSON(body, &flows); err == nil {
			a := Application{ID: 1, Revision: 1, Name: "a", Status: RevisionActive, Flows: flows}
			p := begin(&a)
			if p.changed(&a) && len(p.Flows) == len(flows) {
				t.Errorf("an application differs from itself: %q", body)
			}
			for _, fl := range flows {
				if a.Finding(fl.Name).Status == match.Allowed && a.Flow(fl.Name).Connectivity == "" {
					t.Errorf("allowed without a word: %q", body)
				}
			}
		}
		var applied applyReply
		_ = decodeJSON(body, &applied)
		var check checkReply
		if decodeJSON(body, &check) == nil {
			if link := c.rehost(check.Link); link != "" && !json.Valid([]byte(`"`+link+`"`)) {
				t.Logf("link %q", link)
			}
		}
		var soap soapReply
		if xml.Unmarshal(body, &soap) == nil {
			if got := soap.finding(); got.Status == match.Allowed && len(got.Devices) == 0 {
				t.Errorf("allowed without a device: %q", body)
			}
		}
		_ = clean(string(body))
	})
}
