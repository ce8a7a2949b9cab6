// Package algosec keeps the flows of applications in AlgoSec BusinessFlow
// (AppViz): it reads what is there, writes the difference into one draft, applies
// the draft, which opens one change request, and reads what Firewall Analyzer
// says about the connectivity.
//
//	Config ──> New ──> Client.Read    an application and its flows, read once
//	                   Client.Diff    what Apply would write; reads only
//	                   Client.Apply   objects, services, deletes, creates, apply
//	                   Client.Verify  connectivity, flow by flow
//
// # Revisions
//
// The first write to an active application makes a draft: a new revision, in
// which every flow has a new id. Applying the draft opens a change request and
// leaves the revision "Pending Implementation" until somebody closes the request.
// Neither revision nor flow ids last: the identity of a flow is the id of its
// application and its name.
//
// A draft is shared by all who edit the application, and applying it applies
// whatever is in it. So a draft is only touched if it is known to be ours, and
// only applied if it holds what we wrote and nothing else. What is known of a
// draft is its [Progress], which the caller keeps between a failed apply and the
// next one, and a [Keeper] while an apply is under way; and what its content tells, as
// against a [Baseline].
//
// # Sources
//
// Paths, bodies and the behaviour of revisions are those of the recordings of
// AlgoSec's own Ansible role, and of its Python and Ruby SDKs where nothing was
// recorded. No error reply was ever recorded: how errors look is assumed.
package algosec
