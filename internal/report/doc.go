// Package report writes what was found out about applications for people and
// machines that read a pull request: Markdown with a graph, JSON and SARIF. Every
// name and comment in it may be hostile: nothing that a user can write breaks out
// of the place where it is shown. Output is deterministic.
package report
