package enginetest

import (
	"runtime"
	"testing"
)

// ReportMemory reports how much memory the process has taken from the system so far, in
// megabytes: the most that it has needed at once, and not what it allocated in all.
func ReportMemory(b *testing.B) {
	b.Helper()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	b.ReportMetric(float64(m.Sys)/1e6, "MB-at-most")
}

// Allocated returns the bytes that do allocates: work that does not depend on how fast the
// machine is.
func Allocated(do func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	do()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

// Within fails the test if do allocates more than a thousand times the input's size and
// 500 MB: whatever eats the machine is to be refused.
func Within(t *testing.T, size int, do func()) {
	t.Helper()
	if used := Allocated(do); used > uint64(size)<<10+500<<20 {
		t.Fatalf("%d bytes allocated for an input of %d", used, size)
	}
}
