// Package algosectest is an AlgoSec server to test against: it keeps
// applications, revisions, network objects, services and change requests in
// memory and answers as the recordings of AlgoSec's Ansible role do.
//
// What was recorded: login; the application by name, which is its latest
// revision; the list of flows; creating and deleting flows, the first of which
// makes a draft with new ids for revision and flows; flow id 0 in the reply to a
// creation, and other keys there than in the request; apply, with one change
// request; check_connectivity; the search for network objects; and, of Firewall
// Analyzer, traffic simulation by SOAP.
//
// What was not recorded is made up after AlgoSec's SDKs and documentation, and
// marked "synthetic" where it stands: every error reply, creating applications,
// objects and services, looking them up by name, decommissioning.
package algosectest
