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
// ends.
//
// Where a device translates addresses, traffic falls into pieces that are translated
// alike. A piece knows the packets in the flow's own addresses and what has become of
// their ends; a translated destination finds its way anew. A step sees a piece as it is
// there and answers in the flow's own addresses. A dynamic translation makes one packet
// any of several: it is allowed only if all of them are, blocked only if none is.
//
// Traffic is allowed if each step of each way permits all of it.
package topology
