// Package enginetest makes rulesets and questions for tests and benchmarks of the
// engine: over a universe so small that every packet of it can be tried
// ([DrawCase]), of the size and shape of real estates ([Enterprise]), and worst
// cases ([Narrow], [Overlapping]).
package enginetest
