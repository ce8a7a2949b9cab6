package main

import (
	"runtime"
	"runtime/debug"
	"runtime/metrics"
)

// The provider lives for seconds and makes many short-lived values, so that collecting
// them at the default pace takes a quarter to a third of its time. Up to heapGoal memory is
// taken instead: the next collection comes when the heap has reached it, or is five times
// what was alive after the last one. Whoever needs more than half of that gets Go's own pace.
const (
	heapGoal   = 512 << 20
	mostGrowth = 400 // percent of what is alive, as GOGC
	ownGrowth  = 100 // Go's default
)

// paceCollection has garbage collected as above, unless the environment says how.
func paceCollection(getenv func(string) string) {
	if getenv("GOGC") != "" || getenv("GOMEMLIMIT") != "" {
		return
	}
	debug.SetGCPercent(mostGrowth)
	live := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	afterCollections(func() {
		if metrics.Read(live); live[0].Value.Kind() == metrics.KindUint64 {
			debug.SetGCPercent(growth(live[0].Value.Uint64()))
		}
	})
}

// growth is by how many percent a heap may grow of which so many bytes are alive.
func growth(live uint64) int {
	if live >= heapGoal {
		return ownGrowth
	}
	return int(max(ownGrowth, min(mostGrowth, (heapGoal-live)*100/max(live, 1))))
}

// afterCollections calls f after each collection.
func afterCollections(f func()) {
	type collected struct{ _ [16]byte } // small values without pointers are freed in groups
	runtime.AddCleanup(new(collected), func(f func()) {
		f()
		afterCollections(f)
	}, f)
}
