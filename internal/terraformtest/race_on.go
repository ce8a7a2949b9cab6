//go:build race

package terraformtest

// raceDetector says that the provider's binary is built with the race detector
// too.
const raceDetector = true
