// Package matrix says what may pass between zones: which zone an address is in,
// and for each pair of zones which services are allowed, notified or denied.
//
// The innermost entry decides the zone of an address, which among prefixes is the
// longest. Addresses that no entry holds are in the zone "". A product may lie in
// several zones and outside all of them; it is decided part by part, and the
// strictest part is the answer: what is not allowed in whole is not "allow".
package matrix
