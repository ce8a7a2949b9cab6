// Package terraformtest runs terraform or tofu, whichever there is, with the
// provider as it is in this working tree.
//
// A test package calls [Main] from its TestMain. Each of its tests then has a
// [Workspace]: a directory, and terraform's commands with the exit code that is
// expected. What they print comes without what differs from run to run, so that it
// can be compared with a golden file.
package terraformtest
