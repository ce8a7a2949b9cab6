package provider

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/terraformtest"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/testnet"
)

// envDeliverKills says how many applies that deliver are killed; 500 is a thorough run.
const envDeliverKills = "ACL_DELIVER_KILLS"

// A firewallKind is a firewall of Linux, and the programs that read it and write to it.
type firewallKind struct {
	format, acl string
	loader      testnet.Loader
	rules       string
	read, write string
	// flush takes away what has a comment of ours.
	flush string
}

var firewallKinds = []firewallKind{
	{"nftables", "inet fw forward", testnet.NFT, `table inet fw {
	chain forward {
		type filter hook forward priority filter; policy drop;
		ct state established,related accept
		ip saddr 192.0.2.0/24 counter drop comment "the operator's own"
	}
}
`, `"nft", "list", "ruleset"`, `"nft", "-f", "-"`,
		`nft -a list ruleset | sed -n 's/.*comment "acl-.* # handle \([0-9]*\)$/delete rule inet fw forward handle \1/p' | nft -f -`},
	{"iptables", "FORWARD", testnet.IPTables, `*filter
:FORWARD DROP [0:0]
-A FORWARD -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
-A FORWARD -s 192.0.2.0/24 -m comment --comment "the operator's own" -j DROP
COMMIT
`, `"iptables-nft-save", "-c"`, `"iptables-nft-restore", "--noflush"`,
		`iptables-nft-save | grep -v 'comment "acl-' | iptables-nft-restore`},
}

// A lab is a firewall between two hosts, and a workspace that delivers to it.
type lab struct {
	*workspace
	firewallKind
	net     *testnet.Network
	pc, fw  *testnet.Host
	foreign []string
}

// inLabs runs body with each kind of firewall, in namespaces of its own. Applications are
// resources below the provider.
func inLabs(t *testing.T, applications string, body func(l *lab)) {
	terraformtest.Need(t)
	for _, kind := range firewallKinds {
		t.Run(kind.format, func(t *testing.T) {
			testnet.Run(t, func(t *testing.T, n *testnet.Network) {
				l := &lab{firewallKind: kind, net: n, fw: n.Router("fw"), pc: n.Host("pc")}
				users, servers := n.LAN("users"), n.LAN("servers")
				l.fw.Join(users, "eth0", "10.1.0.1/24")
				l.fw.Join(servers, "eth1", "10.2.0.1/24")
				l.pc.Join(users, "eth0", "10.1.0.7/24")
				l.pc.Route("default", "10.1.0.1")
				web := n.Host("web")
				web.Join(servers, "eth0", "10.2.0.7/24")
				web.Route("default", "10.2.0.1")
				web.Serve(80, 443)
				l.fw.Load(kind.loader, kind.rules)
				enter := fmt.Sprintf("%q, %q", l.fw.Enter()[0], l.fw.Enter()[1])
				l.workspace = newWorkspace(t, fmt.Sprintf(`
-- main.tf --
provider "acl" {
  rulesets = {
    fw = {
      source    = { command = [%[1]s, %[2]s] }
      format    = %[3]q
      acl       = %[4]q
      additions = "fw.json"
      script    = "fw.script"
      deliver   = { command = ["sh", "-c", "echo $ACL_PHASE $ACL_RULESET >> log; exec \"$@\"", "sh", %[1]s, %[5]s], undo_on_failure = true }
    }
  }
}
%[6]s`, enter, kind.read, kind.format, kind.acl, kind.write, applications))
				l.Env = append(l.Env, "ACL_COMMANDS=allow")
				_, l.foreign = l.rules()
				body(l)
			})
		})
	}
}

var unstable = regexp.MustCompile(` # handle \d+$|^#.*|\[\d+:\d+\] ?| packets \d+ bytes \d+`)

// rules are the names of our rules on the firewall, and the lines of others.
func (l *lab) rules() (ours, foreign []string) {
	l.Helper()
	program := strings.Split(strings.ReplaceAll(l.read, `"`, ""), ", ")
	out, err := l.fw.Command("", program[0], program[1:]...)
	if err != nil {
		l.Fatal(err)
	}
	for line := range strings.Lines(out) {
		line = strings.TrimRight(line, "\n")
		if _, rest, ok := strings.Cut(line, `"acl-`); ok {
			ours = append(ours, "acl-"+rest[:10])
		} else if line = unstable.ReplaceAllString(line, ""); line != "" {
			foreign = append(foreign, line)
		}
	}
	slices.Sort(ours)
	return ours, foreign
}

// has expects that many rules of ours, each once, and those of others as they were.
func (l *lab) has(count int) {
	l.Helper()
	ours, foreign := l.rules()
	if len(ours) != count || len(slices.Compact(slices.Clone(ours))) != count {
		l.Errorf("the firewall has %v of ours, want %d", ours, count)
	}
	if !slices.Equal(foreign, l.foreign) {
		l.Errorf("the firewall has of others\n%s\nwant\n%s", strings.Join(foreign, "\n"), strings.Join(l.foreign, "\n"))
	}
}

// passes expects that a connection to a port of the server comes about, or not.
func (l *lab) passes(port uint16, want bool) {
	l.Helper()
	p := &testnet.Probe{Client: l.pc, Protocol: testnet.TCP, From: l.net.FreshPort("10.1.0.7"), To: netip.AddrPortFrom(netip.MustParseAddr("10.2.0.7"), port)}
	l.net.Try([]*testnet.Probe{p}, func(*testnet.Probe) bool { return want })
	if p.Answered != want {
		l.Errorf("a connection to port %d: %t, want %t", port, p.Answered, want)
	}
}

// byHand changes the firewall as somebody may.
func (l *lab) byHand(script string) {
	l.Helper()
	if _, err := l.fw.Command("", "sh", "-c", script); err != nil {
		l.Fatal(err)
	}
}

// deliveries are the phases of the commands that ran since the last call.
func (l *lab) deliveries() []string {
	l.Helper()
	content, _ := os.ReadFile(l.Path("log"))
	_ = os.Remove(l.Path("log"))
	return slices.DeleteFunc(strings.Split(string(content), "\n"), func(s string) bool { return s == "" })
}

// The whole of it: packets are blocked, an apply opens the way for them, what somebody
// deletes is drift and is repaired, and a destruction closes the way again. Ten
// applications at once are one delivery.
func TestAccDeliver(t *testing.T) {
	t.Parallel()
	inLabs(t, `
resource "acl_application" "shop" {
  name  = "Shop"
  flows = { web = { sources = ["10.1.0.7"], destinations = ["10.2.0.7"], services = ["tcp/443"] } }
}
resource "acl_application" "many" {
  count = 9
  name  = "Many${count.index}"
  flows = { for n in range(3) : "flow${n}" => { sources = ["10.1.0.${10 + count.index}"], destinations = ["10.2.0.${10 + n}"], services = ["udp/53"] } }
}
`, func(l *lab) {
		l.passes(443, false)
		contains(l, l.Plan(2), "10 to add")
		l.has(0)
		l.Apply(0)
		l.has(28)
		l.passes(443, true)
		l.passes(80, false)
		// One, unless the machine is so busy that an application comes late.
		if got := l.deliveries(); len(got) == 0 || len(got) > 3 || got[0] != "deliver fw" {
			l.Errorf("deliveries of ten applications: %q, want one, or a few", got)
		}
		l.Settled()
		l.Settled()

		l.byHand(l.flush)
		l.has(0)
		l.passes(443, false)
		contains(l, l.Plan(2), `~ status  = "blocked" -> "allowed"`, "10 to change")
		l.Apply(0)
		l.has(28)
		l.passes(443, true)
		l.Settled()

		// A flow less, without its additions file, which a pipeline may not have kept.
		l.Remove("fw.json")
		l.Settled()
		l.Edit("main.tf", "range(3)", "range(2)")
		l.Apply(0)
		l.has(19)
		l.Settled()
		l.deliveries()
		l.Run(0, "destroy")
		l.has(0)
		l.passes(443, false)
		if got := l.deliveries(); len(got) != 1 {
			l.Errorf("deliveries of the destruction: %q, want one", got)
		}
	})
}

// The same for a device, whose lists are found by the way of the flow; and a plan does not
// hold where somebody has changed the device since.
func TestAccDeliverDevice(t *testing.T) {
	t.Parallel()
	inLabs(t, `
resource "acl_flow" "web" {
  application  = "Shop"
  name         = "web"
  sources      = ["10.1.0.7"]
  destinations = ["10.2.0.7"]
  services     = ["tcp/443"]
}
`, func(l *lab) {
		l.Edit("main.tf", "  rulesets = {\n", "  zones   = { users = [\"10.1.0.0/24\"], servers = [\"10.2.0.0/24\"] }\n  devices = {\n")
		l.Edit("main.tf", fmt.Sprintf("acl       = %q", l.acl), `interfaces = { eth0 = "users", eth1 = "servers" }`)
		l.Apply(0)
		l.has(1)
		l.passes(443, true)
		l.Settled()
		if got := l.deliveries(); len(got) != 1 {
			l.Errorf("deliveries: %q, want one", got)
		}
		l.byHand(l.flush)
		l.Run(2, "plan", "-out=plan")
		l.byHand(map[string]string{"nftables": `nft add rule inet fw forward tcp dport 1 drop`, "iptables": `iptables-nft -A FORWARD -p tcp -m tcp --dport 1 -j DROP`}[l.format])
		_, l.foreign = l.rules()
		contains(l, l.Apply(1, "plan"), "changed after this plan was made")
		l.has(0)
		l.Apply(0)
		l.has(1)
		l.Run(0, "destroy")
		l.has(0)
		l.passes(443, false)
	})
}

// An emergency deny of somebody else is not overruled, what cannot be delivered is refused
// in the plan, and what fails is told, taken back, and repeated by the next apply.
func TestAccDeliverFaults(t *testing.T) {
	t.Parallel()
	inLabs(t, `
resource "acl_application" "shop" {
  name  = "Shop"
  flows = {
    web = { sources = ["10.1.0.7"], destinations = ["10.2.0.7"], services = ["tcp/443"] }
    dns = { sources = ["10.1.0.7"], destinations = ["10.2.0.8"], services = ["udp/53"] }
  }
}
`, func(l *lab) {
		whole := l.Read("main.tf")
		real := `"sh", "-c", "echo $ACL_PHASE $ACL_RULESET >> log; exec \"$@\"", "sh"`
		for fault, says := range map[string][]string{
			`"sh", "-c", "[ $ACL_PHASE = undo ] && exec \"$@\"; echo no way >&2; exit 3"`: {"exit status 3", "no way", "The device has what it had before"},
			`"sh", "-c", "[ $ACL_PHASE = undo ] && exec \"$@\"; cat > /dev/null"`:         {"the command claims success", "not there: ", "is denied and was not to be"},
			`"sh", "-c", "[ $ACL_PHASE = undo ] && exec \"$@\"; awk '/^(-|insert|add)/ && n++ { next } { print }' | \"$@\""`: {
				"the command claims success", "not there: ", "It was taken back (undo_on_failure): the device has what it had before"},
		} {
			l.Write("main.tf", strings.Replace(whole, real, fault+`, "sh"`, 1))
			out := strings.Join(strings.Fields(l.Apply(1)), " ")
			contains(l, out, says...)
			if n := strings.Count(out, "The delivery to ruleset"); n != 1 {
				l.Errorf("the failure is told %d times:\n%s", n, out)
			}
			l.has(0)
		}
		l.Write("main.tf", whole)
		l.Apply(0)
		l.has(2)
		l.passes(443, true)

		deny := map[string]string{"nftables": `nft insert rule inet fw forward ip saddr 10.1.0.7 tcp dport 443 drop`, "iptables": `iptables-nft -I FORWARD -s 10.1.0.7/32 -p tcp -m tcp --dport 443 -j DROP`}[l.format]
		l.byHand(deny)
		_, l.foreign = l.rules()
		l.passes(443, false)
		contains(l, strings.Join(strings.Fields(l.Plan(2)), " "), `BLOCKED web`, "An apply will fail")
		l.Apply(1)
		l.passes(443, false)
		l.Run(0, "destroy")
		l.has(0)

		if l.format == "nftables" { // without handles nothing could be taken out
			l.Edit("main.tf", `"nft", "list", "ruleset"`, `"sh", "-c", "nft list ruleset; exit 0"`)
			l.Edit("main.tf", `provider "acl" {`, "provider \"acl\" {\n  enforcement = \"plan\"")
			contains(l, strings.Join(strings.Fields(l.Plan(1)), " "), "is not delivered: nft deletes a rule by its handle", "nft -a list ruleset")
		}
	})
}

// Names of applications and flows are text in a script, whatever is in them: they are who
// asks, and cannot give commands.
func TestAccDeliverNames(t *testing.T) {
	t.Parallel()
	inLabs(t, `
locals {
  names = ["a\" accept; flush ruleset; #", "b'\"; flush ruleset; \"'", "c\n-F FORWARD\nflush ruleset", "d $(touch pwned) `+"`touch pwned`"+` \\", "e\" -j ACCEPT -m comment --comment \"", "f ${join("", [for n in range(60) : "long-"])}\\"]
}
resource "acl_flow" "web" {
  count        = length(local.names)
  application  = local.names[count.index]
  name         = local.names[count.index]
  sources      = ["10.1.0.${10 + count.index}"]
  destinations = ["10.2.0.7"]
  services     = ["tcp/443"]
  comment      = local.names[count.index]
}
`, func(l *lab) {
		l.Apply(0)
		l.has(6)
		l.passes(443, false)
		l.Absent("pwned")
		l.Settled()
		l.Run(0, "destroy")
		l.has(0)
	})
}

// A command that brings our rules and flushes another chain, as iptables-restore does without
// --noflush, has failed.
func TestAccDeliverBeside(t *testing.T) {
	t.Parallel()
	inLabs(t, `
resource "acl_flow" "web" {
  application  = "Shop"
  name         = "web"
  sources      = ["10.1.0.7"]
  destinations = ["10.2.0.7"]
  services     = ["tcp/443"]
}
`, func(l *lab) {
		l.byHand(map[string]string{
			"nftables": `nft add chain inet fw input '{ type filter hook input priority filter; }'; nft add rule inet fw input ip saddr 203.0.113.9 drop`,
			"iptables": `iptables-nft -A INPUT -s 203.0.113.9/32 -j DROP`,
		}[l.format])
		flush := map[string]string{"nftables": `nft flush chain inet fw input`, "iptables": `iptables-nft -F INPUT`}[l.format]
		whole := l.Read("main.tf")
		l.Edit("main.tf", `exec \"$@\"`, `\"$@\" && \"$1\" \"$2\" `+flush)
		out := strings.Join(strings.Fields(l.Apply(1)), " ")
		contains(l, out, "the command claims success", "to which nothing was delivered", "rules are gone")
		_, l.foreign = l.rules()
		l.has(0) // taken back
		l.Write("main.tf", whole)
		l.Apply(0)
		l.has(1)
		l.Settled()

		l.Env = append(l.Env, "ACL_COMMANDS=no")
		contains(l, strings.Join(strings.Fields(l.Run(1, "destroy")), " "), "ACL_COMMANDS=allow")
		l.has(1)
		l.Env = append(l.Env, "ACL_COMMANDS=allow")
		l.Run(0, "destroy")
		l.has(0)
	})
}

// Applies and destructions that are killed at any instant lose nothing of others and
// double nothing of ours; the next apply settles all.
func TestAccDeliverKilled(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("runs terraform many times")
	}
	kills := 10
	if n, err := strconv.Atoi(os.Getenv(envDeliverKills)); err == nil {
		kills = n
	}
	inLabs(t, `
resource "acl_application" "shop" {
  count = 3
  name  = "Shop${count.index}"
  flows = { for n in range(2) : "flow${n}" => { sources = ["10.1.0.${10 + count.index}"], destinations = ["10.2.0.${10 + n}"], services = ["udp/53"] } }
}
`, func(l *lab) {
		started := time.Now()
		l.Apply(0)
		whole := time.Since(started)
		seed := rand.Uint64()
		r := rand.New(rand.NewPCG(seed, 0))
		cut := 0
		for i := range kills {
			verb := []string{"destroy", "apply"}[i%2]
			// The first half is start and plan; nothing is sent then.
			after := whole/2 + time.Duration(r.Int64N(int64(whole/2)))
			if l.killed(verb, []string{"provider", "terraform"}[r.IntN(2)], after) {
				cut++
			}
			if ours, foreign := l.rules(); len(slices.Compact(slices.Clone(ours))) != len(ours) || !slices.Equal(foreign, l.foreign) {
				l.Fatalf("seed %d round %d: the firewall has %v of ours, and of others\n%s", seed, i, ours, strings.Join(foreign, "\n"))
			}
		}
		l.Logf("seed %d: %d of %d runs were cut short", seed, cut, kills)
		l.Apply(0)
		l.has(6)
		l.Settled()
		l.Run(0, "destroy")
		l.has(0)
	})
}
