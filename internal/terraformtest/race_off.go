//go:build !race

package terraformtest

const raceDetector = false
