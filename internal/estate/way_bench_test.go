package estate

import (
	"context"
	"fmt"
	"math/rand/v2"
	"runtime"
	"strings"
	"testing"
)

// star is n devices around one zone, each in front of a zone of its own, with as many
// rules; flows go from one zone to another past two devices.
func star(n, rules int) (Config, []Flow) {
	r := rand.New(rand.NewPCG(17, 3))
	c := Config{Zones: map[string][]string{"core": {"192.0.2.0/24"}}, Devices: map[string]DeviceConfig{}}
	for i := range n {
		zone := fmt.Sprintf("site%d", i)
		c.Zones[zone] = []string{fmt.Sprintf("10.%d.0.0/16", i)}
		var b strings.Builder
		b.WriteString("[\n")
		for k := range rules {
			if k > 0 {
				b.WriteString(",\n")
			}
			action := "permit"
			if r.IntN(20) == 0 {
				action = "deny"
			}
			from, to := i, r.IntN(n)
			if k%2 == 0 {
				from, to = to, from
			}
			fmt.Fprintf(&b, `{"src_ip": "10.%d.%d.0/24", "dst_ip": "10.%d.%d.%d", "dst_port": "tcp/%d", "action": %q}`, from, r.IntN(256), to, r.IntN(256), r.IntN(256), 1+r.IntN(1000), action)
		}
		b.WriteString("]\n")
		c.Devices[fmt.Sprintf("fw%d", i)] = DeviceConfig{Content: b.String(), Interfaces: map[string]string{"inside": zone, "outside": "core"}}
	}
	flows := make([]Flow, 10_000)
	for i := range flows {
		a, b := r.IntN(n), r.IntN(n)
		flows[i] = Flow{
			Application: "bench", Name: fmt.Sprint(i), Sources: []string{fmt.Sprintf("10.%d.%d.%d", a, r.IntN(256), r.IntN(256))},
			Destinations: []string{fmt.Sprintf("10.%d.%d.%d", b, r.IntN(256), r.IntN(256))}, Services: []string{fmt.Sprintf("tcp/%d", 1+r.IntN(1000))},
		}
	}
	return c, flows
}

// BenchmarkWays asks for 10,000 flows over 50 devices of 2,000 rules; the devices are read
// in the first round.
func BenchmarkWays(b *testing.B) {
	c, flows := star(50, 2000)
	for b.Loop() {
		e := New(c)
		beside := &Changes{}
		for _, f := range flows {
			f.Beside = beside
			if _, err := e.Match(context.Background(), f); err != nil {
				b.Fatal(err)
			}
		}
	}
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	b.ReportMetric(float64(m.Sys)/1e6, "MB")
}

// row is devices of so many rules one after the other.
func row(devices, rules int) (Config, Flow) {
	r := rand.New(rand.NewPCG(17, 4))
	c := Config{Zones: map[string][]string{}, Devices: map[string]DeviceConfig{}}
	for i := range devices + 1 {
		c.Zones[fmt.Sprintf("z%d", i)] = []string{fmt.Sprintf("10.%d.0.0/16", i)}
	}
	for i := range devices {
		var b strings.Builder
		b.WriteString("[\n")
		for range rules {
			fmt.Fprintf(&b, "{\"src_ip\": \"10.%d.%d.0/24\", \"dst_ip\": \"10.%d.%d.%d\", \"dst_port\": \"tcp/%d\", \"action\": \"permit\"},\n", r.IntN(4), r.IntN(256), r.IntN(4), r.IntN(256), r.IntN(256), 1+r.IntN(1000))
		}
		b.WriteString(`{"action": "permit", "dst_port": "tcp/7777"}]`)
		c.Devices[fmt.Sprintf("fw%d", i)] = DeviceConfig{Content: b.String(), Interfaces: map[string]string{"in": fmt.Sprintf("z%d", i), "out": fmt.Sprintf("z%d", i+1)}}
	}
	return c, Flow{
		Application: "bench", Name: "row", Sources: []string{"10.0.0.5"}, Destinations: []string{fmt.Sprintf("10.%d.0.5", devices)}, Services: []string{"tcp/7777"},
	}
}

// BenchmarkWayPastLongLists asks for one flow past one and past three devices of 100,000
// rules that are read.
func BenchmarkWayPastLongLists(b *testing.B) {
	for _, n := range []int{1, 3} {
		b.Run(fmt.Sprintf("devices=%d", n), func(b *testing.B) {
			c, f := row(n, 100_000)
			e := New(c)
			for range 40 { // until the lists are indexed
				if _, err := e.Match(context.Background(), f); err != nil {
					b.Fatal(err)
				}
			}
			for b.Loop() {
				if _, err := e.Match(context.Background(), f); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
