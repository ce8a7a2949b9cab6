package match

import (
	"fmt"
	"sync"
	"testing"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/enginetest"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/flow"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/traffic"
)

var sizes = []int{1_000, 10_000, 100_000, 1_000_000}

// estate returns the estate with n rules; a million take long to make.
var estate = func() func(n int) *enginetest.Estate {
	var mutex sync.Mutex
	made := make(map[int]*enginetest.Estate)
	return func(n int) *enginetest.Estate {
		mutex.Lock()
		defer mutex.Unlock()
		if made[n] == nil {
			made[n] = enginetest.Enterprise(n, 1)
		}
		return made[n]
	}
}()

func questions(products []traffic.Product) []Question {
	out := make([]Question, len(products))
	for i, p := range products {
		out[i] = Question{Products: []traffic.Product{p}}
	}
	return out
}

func planted(rs *rule.Ruleset) *Index {
	x := New(rs)
	x.forward.planted()
	return x
}

func eachSize(b *testing.B, run func(b *testing.B, n int)) {
	for _, n := range sizes {
		b.Run(fmt.Sprint(n), func(b *testing.B) { run(b, n) })
	}
}

// BenchmarkPlant indexes the rules.
func BenchmarkPlant(b *testing.B) {
	eachSize(b, func(b *testing.B, n int) {
		e := estate(n)
		b.ReportAllocs()
		for b.Loop() {
			planted(e.Rules)
		}
	})
}

func benchmarkQuestions(b *testing.B, x *Index, q []Question) {
	b.Helper()
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		x.Match(q[i%len(q)])
	}
}

// BenchmarkMatch asks narrow flows, one at a time, of indexed rules.
func BenchmarkMatch(b *testing.B) {
	eachSize(b, func(b *testing.B, n int) {
		e := estate(n)
		benchmarkQuestions(b, planted(e.Rules), questions(e.Flows(4096)))
	})
}

// BenchmarkVerdict is BenchmarkMatch without the parts.
func BenchmarkVerdict(b *testing.B) {
	eachSize(b, func(b *testing.B, n int) {
		e := estate(n)
		x, q := planted(e.Rules), questions(e.Flows(4096))
		b.ReportAllocs()
		for i := 0; b.Loop(); i++ {
			x.Verdict(q[i%len(q)])
		}
	})
}

// BenchmarkScan asks the first question of rules that are not indexed.
func BenchmarkScan(b *testing.B) {
	eachSize(b, func(b *testing.B, n int) {
		e := estate(n)
		q := questions(e.Flows(64))
		b.ReportAllocs()
		for i := 0; b.Loop(); i++ {
			New(e.Rules).Match(q[i%len(q)])
		}
	})
}

// BenchmarkStream puts the rules past a thousand flows, without an index.
func BenchmarkStream(b *testing.B) {
	eachSize(b, func(b *testing.B, n int) {
		e := estate(n)
		q := questions(e.Flows(1000))
		b.ReportAllocs()
		for b.Loop() {
			New(e.Rules).MatchAll(q)
		}
	})
}

// BenchmarkBatch asks a thousand flows of indexed rules.
func BenchmarkBatch(b *testing.B) {
	eachSize(b, func(b *testing.B, n int) {
		e := estate(n)
		x, q := planted(e.Rules), questions(e.Flows(1000))
		b.ReportAllocs()
		for b.Loop() {
			x.MatchAll(q)
		}
	})
}

// BenchmarkResidual finds what is missing from wide flows, exact and merged.
func BenchmarkResidual(b *testing.B) {
	eachSize(b, func(b *testing.B, n int) {
		e := estate(n)
		path := []Matcher{planted(e.Rules)}
		flows := e.WideFlows(512)
		missing := 0
		b.ReportAllocs()
		for i := 0; b.Loop(); i++ {
			region := flow.Region{Possible: flows[i%len(flows) : i%len(flows)+1]}
			missing += len(Check(path, Request{Region: region, Want: rule.Permit}).Missing)
		}
		b.ReportMetric(float64(missing)/float64(b.N), "entries/op")
	})
}

var anyToAny = Question{Products: []traffic.Product{traffic.Any()}}

// BenchmarkWorst asks what an index is worst at.
func BenchmarkWorst(b *testing.B) {
	for _, w := range []struct {
		name string
		make func(n int, seed uint64) *rule.Ruleset
	}{
		{"overlapping", enginetest.Overlapping},
		{"half-any", enginetest.HalfAny},
		{"covered-in-the-middle", enginetest.CoveredInTheMiddle},
	} {
		for _, n := range []int{10_000, 100_000} {
			b.Run(fmt.Sprintf("%s/%d", w.name, n), func(b *testing.B) {
				benchmarkQuestions(b, planted(w.make(n, 1)), questions(enginetest.Hosts10(1024, 2)))
			})
		}
	}
	for _, n := range []int{1_000, 10_000, 100_000, 1_000_000} {
		b.Run(fmt.Sprintf("any-to-any/%d", n), func(b *testing.B) {
			benchmarkQuestions(b, planted(enginetest.Narrow(n, 1)), []Question{anyToAny})
		})
	}
	for _, n := range []int{10_000, 100_000} {
		b.Run(fmt.Sprintf("shadowed/%d", n), func(b *testing.B) {
			benchmarkQuestions(b, planted(enginetest.Shadowed(n, 1)), []Question{anyToAny})
		})
	}
}
