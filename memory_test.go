package main

import (
	"runtime"
	"runtime/debug"
	"testing"
	"time"
)

func TestGrowth(t *testing.T) {
	const mib = 1 << 20
	for live, want := range map[uint64]int{
		0: mostGrowth, 4 * mib: mostGrowth, 100 * mib: mostGrowth, 128 * mib: 300, 200 * mib: 156, 256 * mib: ownGrowth, 300 * mib: ownGrowth, 8192 * mib: ownGrowth,
	} {
		if got := growth(live); got != want {
			t.Errorf("%d MiB may grow by %d %%, want %d", live/mib, got, want)
		}
	}
}

// The pace follows what is alive, and is left alone where the environment sets it.
func TestPaceCollection(t *testing.T) {
	before := debug.SetGCPercent(77)
	defer debug.SetGCPercent(before)
	paceCollection(func(name string) string { return map[string]string{"GOGC": "77"}[name] })
	if got := debug.SetGCPercent(77); got != 77 {
		t.Fatalf("GOGC=77 became %d", got)
	}
	paceCollection(func(string) string { return "" })
	held := make([]byte, heapGoal/2)
	for deadline := time.Now().Add(10 * time.Second); ; time.Sleep(time.Millisecond) {
		runtime.GC()
		got := debug.SetGCPercent(mostGrowth)
		if got == ownGrowth {
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("with %d MiB alive the heap may still grow by %d %%", len(held)>>20, got)
		}
	}
	runtime.KeepAlive(held)
}
