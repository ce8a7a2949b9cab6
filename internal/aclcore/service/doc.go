// Package service holds what a packet asks for, protocol and ports or ICMP type
// and code, as sets: what one written service means ([Parse]) and the exact
// algebra on sets of them ([Set]).
package service
