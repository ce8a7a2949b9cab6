package rulelist

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"runtime"
	"strconv"
	"testing"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/device"
)

// generate writes n rules as a firewall manager exports them, one a line, about
// 150 bytes each. Most address pairs occur once, services repeat.
func generate(n int) []byte {
	r := rand.New(rand.NewPCG(7, 7))
	address := func(b []byte) []byte {
		switch r.IntN(3) {
		case 0:
			return fmt.Appendf(b, `"10.%d.%d.0/24"`, r.IntN(256), r.IntN(256))
		case 1:
			return fmt.Appendf(b, `"172.%d.0.0/16"`, 16+r.IntN(16))
		}
		return fmt.Appendf(b, `"10.%d.%d.%d"`, r.IntN(256), r.IntN(256), r.IntN(256))
	}
	b := []byte("[\n")
	for i := range n {
		b = fmt.Appendf(b, `{"name": "rule-%07d", "src_ip": [`, i)
		b = address(b)
		if r.IntN(3) == 0 {
			b = address(append(b, ", "...))
		}
		b = append(b, `], "dst_ip": [`...)
		b = address(b)
		b = append(b, `], "dst_port": ["`...)
		b = append(b, []string{"tcp", "udp"}[r.IntN(2)]...)
		b = fmt.Appendf(b, `/%d"], "src_zone": "zone%d", "action": "%s"}`, 1+r.IntN(1000), r.IntN(20), []string{"permit", "deny"}[r.IntN(2)])
		if i < n-1 {
			b = append(b, ',')
		}
		b = append(b, '\n')
	}
	return bytes.Clone(append(b, "]\n"...)) // without the room to grow
}

var benchmarkSizes = []struct {
	name  string
	rules int
}{{"1k", 1_000}, {"100k", 100_000}, {"1M", 1_000_000}}

func BenchmarkParse(b *testing.B) {
	for _, size := range benchmarkSizes {
		b.Run(size.name, func(b *testing.B) {
			in := device.Input{Source: "bench", Content: generate(size.rules)}
			b.SetBytes(int64(len(in.Content)))
			b.ReportAllocs()
			runtime.GC()
			for b.Loop() {
				d, err := Parse(in, JSON)
				if err != nil || len(d.Lists[0].Rules) != size.rules {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkHeap reports what is live once 1M rules are read, the text included,
// and what the process took from the system to get there.
func BenchmarkHeap(b *testing.B) {
	in := device.Input{Source: "bench", Content: generate(1_000_000)}
	var before, after runtime.MemStats
	for b.Loop() {
		runtime.GC()
		runtime.ReadMemStats(&before)
		d, err := Parse(in, JSON)
		if err != nil {
			b.Fatal(err)
		}
		runtime.ReadMemStats(&after)
		b.ReportMetric(float64(after.HeapAlloc)/1e6, "MB-at-end")
		runtime.GC()
		runtime.ReadMemStats(&after)
		b.ReportMetric(float64(after.HeapAlloc)/1e6, "MB-live")
		b.ReportMetric(float64(after.HeapSys-after.HeapReleased)/1e6, "MB-from-system")
		b.ReportMetric(float64(len(in.Content))/1e6, "MB-text")
		runtime.KeepAlive(d)
	}
	runtime.KeepAlive(in)
}

// BenchmarkScanFloor is what reading the same bytes costs at least: it trusts
// generate's layout, checks nothing, and keeps 24 bytes a rule.
func BenchmarkScanFloor(b *testing.B) {
	for _, size := range benchmarkSizes {
		b.Run(size.name, func(b *testing.B) {
			text := generate(size.rules)
			b.SetBytes(int64(len(text)))
			b.ReportAllocs()
			for b.Loop() {
				if rules := scanFloor(text); len(rules) < size.rules {
					b.Fatal(len(rules))
				}
			}
		})
	}
}

// floorRule is one source and destination pair of a rule.
type floorRule struct {
	srcFrom, srcTo, dstFrom, dstTo uint32
	port                           uint16
	protocol, action               uint8
	zone                           uint32
}

func scanFloor(text []byte) []floorRule {
	var out []floorRule
	var sources, destinations [][2]uint32
	r := floorRule{}
	var key []byte
	for {
		i := bytes.IndexByte(text, '"')
		if i < 0 {
			return out
		}
		text = text[i+1:]
		end := bytes.IndexByte(text, '"')
		word := text[:end]
		text = text[end+1:]
		if text[0] == ':' {
			switch string(word) { // without a copy
			case "src_ip", "dst_ip", "dst_port", "src_zone", "action":
				key = word
			default:
				key = nil
			}
			continue
		}
		switch string(key) {
		case "src_ip":
			sources = append(sources, floorAddress(word))
		case "dst_ip":
			destinations = append(destinations, floorAddress(word))
		case "dst_port":
			r.protocol = word[0]
			r.port = uint16(floorNumber(word[4:]))
		case "src_zone":
			r.zone = floorNumber(word[4:])
		case "action":
			r.action = word[0]
			for _, s := range sources {
				for _, d := range destinations {
					r.srcFrom, r.srcTo, r.dstFrom, r.dstTo = s[0], s[1], d[0], d[1]
					out = append(out, r)
				}
			}
			sources, destinations = sources[:0], destinations[:0]
		}
	}
}

func floorNumber(digits []byte) uint32 {
	n := uint32(0)
	for _, c := range digits {
		n = n*10 + uint32(c-'0')
	}
	return n
}

func floorAddress(word []byte) [2]uint32 {
	var address, octet uint32
	for i, c := range word {
		switch c {
		case '.':
			address, octet = address<<8|octet, 0
		case '/':
			bits := floorNumber(word[i+1:])
			address = address<<8 | octet
			return [2]uint32{address, address | uint32(1<<(32-bits)-1)}
		default:
			octet = octet*10 + uint32(c-'0')
		}
	}
	address = address<<8 | octet
	return [2]uint32{address, address}
}

func BenchmarkYAML(b *testing.B) {
	for _, n := range []int{1_000, 10_000} {
		b.Run(strconv.Itoa(n), func(b *testing.B) {
			in := device.Input{Source: "bench", Content: generate(n)} // JSON is YAML
			b.SetBytes(int64(len(in.Content)))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := Parse(in, YAML); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
