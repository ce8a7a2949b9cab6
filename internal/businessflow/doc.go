// Package businessflow decides what a declared application is to become in AlgoSec
// BusinessFlow: it compares what is declared with what is there, puts AlgoSec's answer
// about a flow and that of rulesets and policies together, says what a plan promises,
// and applies. It knows no Terraform; package algosec has the requests, and package
// provider makes values and messages of what is found.
//
//	Declaration ──> Server.Compare ──> Comparison ──> Server.Plan ──> Plan
//	                  Journal  ^                  └──> Server.Apply ──> Outcome
//
// What lasts from one run to the next is the [Journal], which a resource keeps beside
// its state.
package businessflow
