package delivery

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/script"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/additions"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/live"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/testnet"
)

// envKills says how many deliveries are killed for each kind of firewall; 500 is a
// thorough run.
const envKills = "ACL_DELIVERY_KILLS"

// A kernel is a kind of firewall that Linux has.
type kernel struct {
	format, acl string
	loader      testnet.Loader
	rules       string
	read, send  []string
	// flush is a program that takes all rules of ours away, as somebody may do by hand.
	flush string
}

var kernels = []kernel{
	{"nftables", "", testnet.NFT, `table inet fw {
	chain forward {
		type filter hook forward priority filter; policy drop;
		ct state established,related accept
		ip saddr 192.0.2.0/24 drop comment "the operator's own"
		tcp dport 22 accept
	}
}
`, []string{"nft", "-a", "list", "ruleset"}, []string{"nft", "-f", "-"},
		`nft -a list ruleset | sed -n 's/.*comment "acl-.* # handle \([0-9]*\)$/delete rule inet fw forward handle \1/p' | nft -f -`},
	{"iptables", "FORWARD", testnet.IPTables, `*filter
:INPUT ACCEPT [0:0]
:FORWARD DROP [0:0]
:OUTPUT ACCEPT [0:0]
:own - [0:0]
-A FORWARD -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
-A FORWARD -s 192.0.2.0/24 -m comment --comment "the operator's own" -j DROP
-A FORWARD -j own
-A own -p tcp -m tcp --dport 22 -j ACCEPT
COMMIT
`, []string{"iptables-nft-save"}, []string{"iptables-nft-restore", "--noflush"},
		`iptables-nft-save | grep -v 'comment "acl-' | iptables-nft-restore`},
}

// device is the firewall in a namespace, which programs are run in by way of enter.
func (k kernel) device(enter []string, ledger string) *Device {
	gate := live.NewGate(func(string) string { return live.CommandsAllowed })
	run := func(ctx context.Context, args []string, input string, lock *os.File) (string, error) {
		out, err := live.Command{Args: slices.Concat(enter, args), Input: []byte(input), Inherit: []*os.File{lock}, Timeout: 20 * time.Second}.Run(ctx, gate)
		return string(out.Output), err
	}
	return &Device{
		Title: `ruleset "fw"`, Ledger: ledger, Script: ledger + ".script",
		Send: func(ctx context.Context, text string, _ Phase, _ []string, lock *os.File) error {
			_, err := run(ctx, k.send, text, lock)
			return err
		},
		Read: func(ctx context.Context) (*Text, error) {
			out, err := run(ctx, k.read, "", nil)
			if err != nil {
				return nil, err
			}
			return k.parse(out)
		},
	}
}

func (k kernel) parse(content string) (*Text, error) {
	o := format.Options{Name: "fw", Source: "fw", Format: k.format, ACL: k.acl}
	read := func(text string) (*rule.Ruleset, error) {
		rules, _, err := format.Parse([]byte(text), o)
		return rules, err
	}
	rules, list, err := format.Parse([]byte(content), o)
	if err != nil {
		return nil, err
	}
	l := &script.List{Name: list, Text: content, Rules: rules, Read: read}
	return &Text{Content: content, Format: k.format, Lists: map[string]*script.List{"": l}, Parse: k.parse}, nil
}

// A site is a firewall between two hosts.
type site struct {
	*testing.T
	kernel
	net     *testnet.Network
	pc, fw  *testnet.Host
	foreign []string
}

// newSite builds the network and loads the firewall's own rules.
func (k kernel) newSite(t *testing.T, n *testnet.Network) *site {
	users, servers := n.LAN("users"), n.LAN("servers")
	s := &site{T: t, kernel: k, net: n, fw: n.Router("fw"), pc: n.Host("pc")}
	s.fw.Join(users, "eth0", "10.1.0.1/24")
	s.fw.Join(servers, "eth1", "10.2.0.1/24")
	s.pc.Join(users, "eth0", "10.1.0.7/24")
	s.pc.Route("default", "10.1.0.1")
	web := n.Host("web")
	web.Join(servers, "eth0", "10.2.0.7/24")
	web.Route("default", "10.2.0.1")
	web.Serve(80, 443)
	s.fw.Load(k.loader, k.rules)
	_, s.foreign = s.rules()
	return s
}

var volatile = regexp.MustCompile(` # handle \d+$|^#.*|\[\d+:\d+\]`)

// rules are those of ours that the firewall has, by name, and all other lines.
func (s *site) rules() (ours, foreign []string) {
	s.Helper()
	out, err := s.fw.Command("", s.read[0], s.read[1:]...)
	if err != nil {
		s.Fatal(err)
	}
	for line := range strings.Lines(out) {
		line = strings.TrimRight(line, "\n")
		if _, rest, ok := strings.Cut(line, `"acl-`); ok {
			ours = append(ours, "acl-"+rest[:10])
		} else if line = volatile.ReplaceAllString(line, ""); line != "" {
			foreign = append(foreign, line)
		}
	}
	return ours, foreign
}

// passes expects that a connection to a port of the server comes about, or not.
func (s *site) passes(port uint16, want bool) {
	s.Helper()
	p := &testnet.Probe{Client: s.pc, Protocol: testnet.TCP, From: s.net.FreshPort("10.1.0.7"), To: netip.AddrPortFrom(netip.MustParseAddr("10.2.0.7"), port)}
	s.net.Try([]*testnet.Probe{p}, func(*testnet.Probe) bool { return want })
	if p.Answered != want {
		s.Errorf("a connection to port %d: %t, want %t", port, p.Answered, want)
	}
}

// has expects rules of ours, and all those of others.
func (s *site) has(want ...additions.Rule) {
	s.Helper()
	var names []string
	for _, r := range want {
		names = append(names, r.ContentName())
	}
	ours, foreign := s.rules()
	slices.Sort(names)
	slices.Sort(ours)
	if !slices.Equal(ours, names) {
		s.Errorf("the firewall has %v of ours, want %v", ours, names)
	}
	if !slices.Equal(foreign, s.foreign) {
		s.Errorf("the firewall has of others\n%s\nwant\n%s", strings.Join(foreign, "\n"), strings.Join(s.foreign, "\n"))
	}
}

// A delivery opens the kernel's firewall for packets, and its end closes it again; what
// others have stays, whatever happens in between.
func TestKernel(t *testing.T) {
	for _, k := range kernels {
		t.Run(k.format, func(t *testing.T) {
			testnet.Run(t, func(t *testing.T, n *testnet.Network) {
				s, ctx := k.newSite(t, n), context.Background()
				d := k.device(s.fw.Enter(), filepath.Join(t.TempDir(), "fw.json"))
				web, other := permit(t, "10.1.0.7", "10.2.0.7", "tcp/443"), permit(t, "10.1.0.0/24", "10.2.0.7", "tcp/80")
				deliver := func(owner string, want ...additions.Rule) {
					t.Helper()
					if err := d.Deliver(ctx, Order{Owner: owner, Want: want}); err != nil {
						t.Fatal(err)
					}
				}
				s.passes(443, false)
				deliver(owned(1), web)
				s.has(web)
				s.passes(443, true)
				s.passes(80, false)

				// Somebody takes ours away; the next delivery brings it back.
				if _, err := s.fw.Command("", "sh", "-c", k.flush); err != nil {
					t.Fatal(err)
				}
				s.has()
				s.passes(443, false)
				deliver(owned(1), web)
				s.passes(443, true)

				deliver(owned(2), web, other)
				s.has(web, other)
				deliver(owned(1))
				s.has(web, other) // the other flow needs it still
				s.passes(80, true)
				deliver(owned(2), other)
				s.has(other)
				s.passes(443, false)
				deliver(owned(2))
				s.has()
				s.passes(80, false)
			})
		})
	}
}

// A command that fails, hangs, lies or does half of it is an error, leaves what others
// have, and is taken back where that is asked for.
func TestKernelFaults(t *testing.T) {
	for _, k := range kernels {
		t.Run(k.format, func(t *testing.T) {
			testnet.Run(t, func(t *testing.T, n *testnet.Network) {
				s, ctx := k.newSite(t, n), context.Background()
				want := []additions.Rule{permit(t, "10.1.0.7", "10.2.0.7", "tcp/443"), permit(t, "10.1.0.7", "10.2.0.7", "tcp/80")}
				for _, tt := range []struct {
					name    string
					command []string
					says    string
				}{
					{"fails", []string{"sh", "-c", "echo no such device >&2; exit 3"}, "no such device"},
					{"hangs", []string{"sleep", "60"}, "did not end within"},
					{"lies", []string{"true"}, "the command claims success"},
					{"does half of it", []string{"sh", "-c", `awk '/^(-|insert|add)/ && n++ { next } { print }' | ` + strings.Join(k.send, " ")}, "the command claims success"},
					{"does it and fails", []string{"sh", "-c", strings.Join(k.send, " ") + "; exit 1"}, "exit status 1"},
				} {
					d := k.device(s.fw.Enter(), filepath.Join(t.TempDir(), "fw.json"))
					d.UndoOnFailure = true
					send, calls := d.Send, 0
					d.Send = func(ctx context.Context, text string, phase Phase, lists []string, lock *os.File) error {
						if calls++; phase == Undo {
							return send(ctx, text, phase, lists, lock)
						}
						_, err := live.Command{Args: slices.Concat(s.fw.Enter(), tt.command), Input: []byte(text), Timeout: 700 * time.Millisecond}.Run(ctx, live.NewGate(func(string) string { return live.CommandsAllowed }))
						return err
					}
					err := d.Deliver(ctx, Order{Owner: owned(1), Want: want})
					if failure := new(Failure); !errors.As(err, &failure) || !failure.Restored() || !strings.Contains(err.Error(), tt.says) {
						t.Errorf("a command that %s: %v", tt.name, err)
					}
					s.has()
				}
			})
		})
	}
}

// Deliveries that are killed at any instant lose nothing of others, double nothing of
// ours, and the next one settles all.
func TestKernelKilled(t *testing.T) {
	if os.Getenv(envKilled) != "" {
		beKilled(t)
		return
	}
	kills := 25
	if n, err := strconv.Atoi(os.Getenv(envKills)); err == nil {
		kills = n
	}
	if testing.Short() {
		kills = 5
	}
	for _, k := range kernels {
		t.Run(k.format, func(t *testing.T) {
			testnet.Run(t, func(t *testing.T, n *testnet.Network) {
				s := k.newSite(t, n)
				ledger := filepath.Join(t.TempDir(), "fw.json")
				seed := rand.Uint64()
				r := rand.New(rand.NewPCG(seed, 0))
				started := time.Now()
				s.victim(ledger, "1 2 3").finish()
				whole := time.Since(started)
				cut := 0
				for round := range kills {
					want := []string{"1 2 3", "2 3 4", "", "5"}[r.IntN(4)]
					v := s.victim(ledger, want)
					if v.killed(time.Duration(r.Int64N(int64(whole)))) {
						cut++
					}
					ours, foreign := s.rules()
					if slices.Sort(ours); len(slices.Compact(slices.Clone(ours))) != len(ours) {
						t.Fatalf("seed %d round %d: doubled: %v", seed, round, ours)
					}
					if !slices.Equal(foreign, s.foreign) {
						t.Fatalf("seed %d round %d: of others there are\n%s\nwant\n%s", seed, round, strings.Join(foreign, "\n"), strings.Join(s.foreign, "\n"))
					}
					if round%5 == 4 {
						want := []string{"1 2 3", "4", ""}[r.IntN(3)]
						s.victim(ledger, want).finish()
						var rules []additions.Rule
						for _, n := range strings.Fields(want) {
							rules = append(rules, numbered(t, n))
						}
						s.has(rules...)
					}
				}
				t.Logf("%d of %d deliveries were cut short, each takes %s", cut, kills, whole)
				s.victim(ledger, "").finish()
				s.has()
			})
		})
	}
}

// envKilled holds, for a process that is killed, what it is to deliver.
const envKilled = "ACL_DELIVERY_KILLED"

// numbered is the rule of ours of that number.
func numbered(t *testing.T, n string) additions.Rule {
	t.Helper()
	return permit(t, "10.1.0."+n, "10.2.0.7", "tcp/443")
}

// beKilled makes one delivery.
func beKilled(t *testing.T) {
	part := strings.Split(os.Getenv(envKilled), "|")
	k := kernels[slices.IndexFunc(kernels, func(k kernel) bool { return k.format == part[0] })]
	var want []additions.Rule
	for _, n := range strings.Fields(part[3]) {
		want = append(want, numbered(t, n))
	}
	if err := k.device(strings.Fields(part[1]), part[2]).Deliver(context.Background(), Order{Owner: owned(1), Want: want}); err != nil {
		t.Fatal(err)
	}
}

// A victim is a process that delivers.
type victim struct {
	*site
	cmd *exec.Cmd
	out strings.Builder
}

func (s *site) victim(ledger, want string) *victim {
	s.Helper()
	v := &victim{site: s, cmd: exec.Command("/proc/self/exe", "-test.run=^TestKernelKilled$", "-test.count=1")}
	v.cmd.Env = append(os.Environ(), fmt.Sprintf("%s=%s|%s|%s|%s", envKilled, s.format, strings.Join(s.fw.Enter(), " "), ledger, want))
	v.cmd.Stdout, v.cmd.Stderr = &v.out, &v.out
	v.cmd.WaitDelay = time.Second
	if err := v.cmd.Start(); err != nil {
		s.Fatal(err)
	}
	return v
}

// finish waits for the delivery.
func (v *victim) finish() {
	v.Helper()
	if err := v.cmd.Wait(); err != nil {
		v.Fatalf("%v\n%s", err, v.out.String())
	}
}

// killed kills it after a while, and reports whether it was still at work.
func (v *victim) killed(after time.Duration) bool {
	time.Sleep(after)
	_ = v.cmd.Process.Kill() // it may have ended
	return v.cmd.Wait() != nil
}
