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
