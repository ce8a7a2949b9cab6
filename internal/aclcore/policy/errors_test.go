package policy_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/addr"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/flow"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/policy"
)

// assert, when and message make definitions named p.
func assert(text string) policy.Definition { return policy.Definition{Name: "p", Assert: text} }

func ofFlow(text string) policy.Definition {
	return policy.Definition{Name: "p", Scope: policy.ScopeFlow, Assert: text}
}

func message(text string) policy.Definition {
	return policy.Definition{Name: "p", Assert: "true", Message: text}
}

func use(name string, p policy.Parameters) policy.Definition {
	return policy.Definition{Name: "p", Use: name, Parameters: p}
}

func list(entries ...string) policy.Parameters { return policy.Parameters{Networks: entries} }

func pairs(p map[string]string) policy.Parameters { return policy.Parameters{RealAddresses: p} }

// TestErrors holds what is said about definitions that are wrong, all of it.
func TestErrors(t *testing.T) {
	const (
		functions  = "within(), overlaps(), in_group(), is_private(), prefix_length(), address_count(), covers_service(), overlaps_service()"
		anAddress  = "a host (10.0.0.1, 2001:db8::1), a prefix (10.0.0.0/24), a range (10.0.0.1-10.0.0.9) or any"
		aService   = "protocol/port (tcp/443, udp/1000-2000, tcp/https, tcp/*), icmp/TYPE or icmp/TYPE/CODE, a protocol (tcp, icmp, esp, protocol/47) or any"
		readyMades = "any_to_any, destination_in_networks, expires_required, expires_valid, insecure_services, max_hosts, owner_required, real_addresses, same_network, source_in_networks"
		holders    = "{source}, {destination}, {service}, {flow}, {application}, {owner}, {policy}, {detail}"
	)
	for _, tt := range []struct {
		d    policy.Definition
		want string
	}{
		// Fields.
		{policy.Definition{Assert: "true"}, `policy "": name: is empty; name the policy`},
		{policy.Definition{Name: "p"}, `policy "p": assert: is empty; write the expression that must be true, or name a ready-made policy with use`},
		{policy.Definition{Name: "p", Assert: "true", Use: "any_to_any"}, `policy "p": assert: is set beside use; a policy has one of the two`},
		{policy.Definition{Name: "p", Assert: "true", Kind: "check"}, `policy "p": kind: is "check"; write validate or enforce`},
		{policy.Definition{Name: "p", Assert: "true", Severity: "warn"}, `policy "p": severity: is "warn"; write deny, review or notify`},
		{policy.Definition{Name: "p", Assert: "true", Scope: "rule"}, `policy "p": scope: is "rule"; write product or flow`},
		// Types.
		{assert(`product.prot == "tcp"`), `policy "p": assert:1:8: undefined field 'prot'; product has source, destination, service, protocol, protocol_number, port_low, port_high, action, zones`},
		{assert(`true &&` + "\n" + `  flow.owner == ""`), `policy "p": assert:2:7: undefined field 'owner'; flow has name, sources, destinations, services, source_zone, destination_zone, action, network_applications, users, comment, expires`},
		{assert(`application.label.x == ""`), `policy "p": assert:1:12: undefined field 'label'; application has name, owner, labels`},
		{assert(`"pci" in product.zones.from`), `policy "p": assert:1:23: undefined field 'from'; product.zones has source, destination`},
		{assert(`source == "10.0.0.1"`), `policy "p": assert:1:1: undeclared reference to 'source'; there are product, flow, application, now, ` + functions},
		{assert(`inside(product.source, "web")`), `policy "p": assert:1:7: undeclared reference to 'inside'; there are product, flow, application, now, ` + functions},
		{assert(`within(product.source, 10)`), `policy "p": assert:1:7: found no matching overload for 'within' applied to '(string, int)'`},
		{assert(`product.port_low == "22"`), `policy "p": assert:1:18: found no matching overload for '_==_' applied to '(int, string)'`},
		{assert(`product.zones.source == "pci"`), `policy "p": assert:1:22: found no matching overload for '_==_' applied to '(list(string), string)'`},
		{assert(`size(product.source)`), `policy "p": assert:1:1: the expression is of type int; write one that is true or false`},
		{assert(`dyn(true)`), `policy "p": assert:1:1: the expression is of type dyn; write one that is true or false`},
		{assert(`product.zones`), `policy "p": assert:1:1: the expression is of type zones; write one that is true or false`},
		{policy.Definition{Name: "p", Assert: "true", When: "now"}, `policy "p": when:1:1: the expression is of type timestamp; write one that is true or false`},
		{ofFlow(`product.source == ""`), `policy "p": assert:1:1: undeclared reference to 'product': a policy of scope flow is asked once for the flow, not for each product; there are flow, application and now`},
		{ofFlow(`x`), `policy "p": assert:1:1: undeclared reference to 'x'; there are flow, application, now, ` + functions},
		// Constants.
		{assert(`within(product.source, "10.0.0.0/33")`), `policy "p": assert:1:24: address "10.0.0.0/33": has the prefix length "33"; write 0 to 32`},
		{assert(`within(product.source, ["web", "10.0.0.1/24"])`), `policy "p": assert:1:32: address "10.0.0.1/24": has host bits set; the prefix is 10.0.0.0/24, the host is 10.0.0.1`},
		{assert(`overlaps(product.source, "wbe")`), `policy "p": assert:1:26: address "wbe" is neither a name in addresses nor ` + anAddress},
		{assert(`in_group(product.source, "wbe")`), `policy "p": assert:1:26: address "wbe" is neither a name in addresses nor ` + anAddress},
		{assert(`in_group(product.source, "10.0.0.0/8")`), `policy "p": assert:1:26: "10.0.0.0/8" is an address, not a name in addresses; use within`},
		{assert(`covers_service("tcp/htps", product.service)`), `policy "p": assert:1:16: service "tcp/htps": has the port name "htps", which IANA does not assign for tcp; write the number`},
		{assert(`covers_service("telnet", product.service)`), `policy "p": assert:1:16: service "telnet" is neither a name in services nor ` + aService + "; did you mean tcp/telnet or udp/telnet?"},
		{assert(`now < timestamp("tomorrow")`), `policy "p": assert:1:17: invalid timestamp argument`},
		{assert(`product.source.matches("(")`), `policy "p": assert:1:24: invalid matches argument`},
		// Texts that are compared as they stand must be written as the variables are.
		{assert(`product.protocol == "TCP"`), `policy "p": assert:1:21: product.protocol is never "TCP"; write "tcp"`},
		{assert(`product.protocol in ["tcp", "tpc"]`), `policy "p": assert:1:29: product.protocol is never "tpc", which is no protocol; write its name, such as tcp, or any`},
		{assert(`"tcp/telnet" != product.service`), `policy "p": assert:1:1: product.service is never "tcp/telnet"; write "tcp/23", or use covers_service or overlaps_service`},
		{assert(`!(product.service in ["tcp/23", "HTTPS"])`), `policy "p": assert:1:33: product.service is never "HTTPS", which is no service; use covers_service or overlaps_service`},
		{assert(`product.source != "10.0.0.0/255.0.0.0"`), `policy "p": assert:1:19: product.source is never "10.0.0.0/255.0.0.0"; write "10.0.0.0/8", or use within or overlaps`},
		{assert(`product.destination == "web"`), `policy "p": assert:1:24: product.destination is never "web", which is no address; use within or overlaps`},
		{assert(`product.source in ["10.0.0.1", "any", "2001:db8::/32", "10.0.0.1-10.0.0.9"] && product.service == "icmp/8" && product.protocol != "any"`), ``},
		// Both expressions, and all that is wrong with them.
		{policy.Definition{Name: "p", When: "a", Assert: `within(product.source, ["10.0.0.256", "10.0.0.0/33"])`, Message: "{x}"},
			`policy "p": assert:1:25: address "10.0.0.256": is not an address; write ` + anAddress + "\n" +
				`policy "p": assert:1:39: address "10.0.0.0/33": has the prefix length "33"; write 0 to 32` + "\n" +
				`policy "p": when:1:1: undeclared reference to 'a'; there are product, flow, application, now, ` + functions + "\n" +
				`policy "p": message:1:1: unknown placeholder {x}; there are ` + holders},
		// Messages.
		{message("a\n{src}"), `policy "p": message:2:1: unknown placeholder {src}; there are ` + holders},
		{message("ü {"), `policy "p": message:1:3: an opening brace without a closing one; write {{ for a brace`},
		{message("a } b"), `policy "p": message:1:3: a closing brace without an opening one; write }} for a brace`},
		{policy.Definition{Name: "p", Assert: "true", Scope: policy.ScopeFlow, Message: "{source}"},
			`policy "p": message:1:1: unknown placeholder {source} in a policy of scope flow; there are {flow}, {application}, {owner}, {policy}, {detail}`},
		// Ready-made policies.
		{use("any2any", policy.Parameters{}), `policy "p": use: there is no ready-made policy "any2any"; there are ` + readyMades},
		{use("same_network", policy.Parameters{}), `policy "p": networks: is not given; same_network needs it`},
		{use("same_network", policy.Parameters{Networks: []string{}}), `policy "p": networks: is empty; list at least one entry`},
		{use("source_in_networks", list("10.0.0.0/33")), `policy "p": networks: address "10.0.0.0/33": has the prefix length "33"; write 0 to 32`},
		{use("any_to_any", list("web")), `policy "p": networks: is given, but any_to_any takes no parameters`},
		{use("max_hosts", policy.Parameters{MaxHosts: 1, MaxDays: 1}), `policy "p": max_days: is given, but max_hosts takes only max_hosts`},
		{use("max_hosts", policy.Parameters{MaxHosts: -1}), `policy "p": max_hosts: is -1; write a number of addresses, at least 1`},
		{use("expires_valid", policy.Parameters{MaxDays: -1}), `policy "p": max_days: is -1; write a number of days, 1 to 36500`},
		{use("expires_valid", policy.Parameters{MaxDays: 1 << 40}), `policy "p": max_days: is 1099511627776; write a number of days, 1 to 36500`},
		{use("insecure_services", policy.Parameters{Services: []string{"tcp/x-y"}}), `policy "p": services: service "tcp/x-y": has the port name "x-y", which IANA does not assign for tcp; write the number`},
		{use("real_addresses", pairs(map[string]string{"10.0.0.1": "10.0.0.0/24"})), `policy "p": real_addresses: 10.0.0.1 and 10.0.0.0/24 are not of one size; write a host for a host, or a prefix for a prefix of the same length`},
		{use("real_addresses", pairs(map[string]string{"10.0.0.1": "x", "y": "10.0.0.1"})),
			`policy "p": real_addresses: of 10.0.0.1: address "x": is not an address; write ` + anAddress + "\n" + `policy "p": real_addresses: address "y": is not an address; write ` + anAddress},
		{policy.Definition{Name: "p", Use: "owner_required", Scope: policy.ScopeProduct}, `policy "p": scope: is product; owner_required is asked about each flow`},
	} {
		_, err := policy.Compile([]policy.Definition{tt.d}, policy.Options{Names: someNames(t), Zones: zones})
		got := ""
		if err != nil {
			got = err.Error()
		}
		if got != tt.want {
			t.Errorf("%+v:\n%s\nwant\n%s", tt.d, got, tt.want)
		}
	}
}

func TestErrorsOfSets(t *testing.T) {
	matrix := func(flow.Product) policy.Ruling { return policy.Ruling{} }
	_, err := policy.Compile([]policy.Definition{
		{Name: "a", Assert: "true"}, {Name: "a", Assert: "x"}, {Name: "matrix", Assert: `"pci" in product.zones.source`},
	}, policy.Options{Names: someNames(t), Matrix: matrix})
	want := []string{
		`policy "a": name: there are two policies of this name`,
		`policy "a": assert:1:1: undeclared reference to 'x'; there are product`,
		`policy "matrix": name: is the name of the policy that the matrix makes; choose another`,
		`policy "matrix": assert:1:17: product.zones is not known: the provider has no matrix with zones`,
	}
	joined, ok := err.(interface{ Unwrap() []error })
	if !ok || len(joined.Unwrap()) != len(want) {
		t.Fatal(err)
	}
	for i, e := range joined.Unwrap() {
		var d *policy.DefinitionError
		if !errors.As(e, &d) || !strings.HasPrefix(e.Error(), want[i]) {
			t.Errorf("%v, want %s", e, want[i])
		}
	}
}

// TestWithoutNames compiles before names are known, as terraform validate does.
func TestWithoutNames(t *testing.T) {
	o := policy.Options{Zones: func(addr.Literal) []string { return nil }}
	for _, tt := range []struct {
		d    policy.Definition
		want string
	}{
		{assert(`within(product.source, "anything") && in_group(product.source, "goes") && covers_service("HTTPS", product.service)`), ""},
		{use("source_in_networks", list("anything", "10.0.0.0/8")), ""},
		{use("insecure_services", policy.Parameters{Services: []string{"HTTPS"}}), ""},
		{assert(`within(product.source, "10.0.0.0/33")`), `has the prefix length "33"`},
		{assert(`covers_service(product.service, "tcp/70000")`), `has the port "70000"`},
		{assert(`in_group(product.source, "10.0.0.0/8")`), `is an address, not a name`},
		{use("same_network", list("anything", "10.0.0.0/33")), `has the prefix length "33"`},
	} {
		s, err := policy.Compile([]policy.Definition{tt.d}, o)
		if tt.want != "" {
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("%+v: %v, want %s", tt.d, err, tt.want)
			}
			continue
		}
		if err != nil {
			t.Errorf("%+v: %v", tt.d, err)
			continue
		}
		// Asked all the same, such a policy is not passed.
		if v := check(t, s, ask(t, "10.0.0.1 > 10.1.0.1 tcp/80")); len(v) != 1 || !v[0].Undecided {
			t.Errorf("%+v: %+v", tt.d, v)
		}
	}
}
