// Package topology finds the way of a flow through an estate of firewalls, and says
// what becomes of the flow on it.
//
// An estate has zones and devices. A device has interfaces, each of which lies in a
// zone; a zone is a node of a graph, and a device leads from each of its zones to each
// other. Traffic is cut by the zone of its source and of its destination; between two
// zones it takes all shortest ways, since it cannot be told which of them a packet
// takes, unless it is declared that routing does otherwise.
//
// A way is a row of crossings. In a crossing a device does what [device.Order] says of
// its vendor: a row of [Step], each of which is one list that is asked about the packet
// or about its reply. Guards, which filter for their own addresses, add steps at both
// ends. Traffic is allowed if each step of each way permits all of it.
package topology
