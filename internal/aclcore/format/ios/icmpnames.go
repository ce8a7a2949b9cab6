package ios

import (
	"strconv"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/service"
)

// message is an ICMP type, with one code or all.
type message struct {
	icmpType uint8
	code     int // -1 for all
}

// icmpNames are the ICMP message names that IOS, NX-OS, IOS-XR and EOS share: the
// command references describe "unreachable", "redirect" and the like as all of
// them. Types and codes are those of RFC 792, RFC 1122, RFC 1812, RFC 1393 and RFC
// 1475.
var icmpNames = map[string]message{
	"administratively-prohibited": {3, 13},
	"alternate-address":           {6, -1},
	"conversion-error":            {31, -1},
	"dod-host-prohibited":         {3, 10},
	"dod-net-prohibited":          {3, 9},
	"echo":                        {8, -1},
	"echo-reply":                  {0, -1},
	"general-parameter-problem":   {12, 0},
	"host-isolated":               {3, 8},
	"host-precedence-unreachable": {3, 14},
	"host-redirect":               {5, 1},
	"host-tos-redirect":           {5, 3},
	"host-tos-unreachable":        {3, 12},
	"host-unknown":                {3, 7},
	"host-unreachable":            {3, 1},
	"information-reply":           {16, -1},
	"information-request":         {15, -1},
	"mask-reply":                  {18, -1},
	"mask-request":                {17, -1},
	"mobile-redirect":             {32, -1},
	"net-redirect":                {5, 0},
	"net-tos-redirect":            {5, 2},
	"net-tos-unreachable":         {3, 11},
	"net-unreachable":             {3, 0},
	"network-unknown":             {3, 6},
	"no-room-for-option":          {12, 2},
	"option-missing":              {12, 1},
	"packet-too-big":              {3, 4},
	"parameter-problem":           {12, -1},
	"port-unreachable":            {3, 3},
	"precedence-unreachable":      {3, 15},
	"protocol-unreachable":        {3, 2},
	"reassembly-timeout":          {11, 1},
	"redirect":                    {5, -1},
	"router-advertisement":        {9, -1},
	"router-solicitation":         {10, -1},
	"source-quench":               {4, -1},
	"source-route-failed":         {3, 5},
	"time-exceeded":               {11, -1},
	"timestamp-reply":             {14, -1},
	"timestamp-request":           {13, -1},
	"traceroute":                  {30, -1},
	"ttl-exceeded":                {11, 0},
	"unreachable":                 {3, -1},
}

// icmp6Names are the ICMPv6 message names of the four platforms. Types and codes
// are those of RFC 4443, RFC 4861, RFC 2710, RFC 3810 and RFC 2894.
// destination-unreachable is left out: IOS means one code by it, others the type.
var icmp6Names = map[string]message{
	"beyond-scope":           {1, 2},
	"echo":                   {128, -1},
	"echo-reply":             {129, -1},
	"echo-request":           {128, -1},
	"header":                 {4, 0},
	"hop-limit":              {3, 0},
	"mld-query":              {130, -1},
	"mld-reduction":          {132, -1},
	"mld-report":             {131, -1},
	"mldv2":                  {143, -1},
	"nd-na":                  {136, -1},
	"nd-ns":                  {135, -1},
	"neighbor-advertisement": {136, -1},
	"neighbor-solicitation":  {135, -1},
	"next-header":            {4, 1},
	"no-admin":               {1, 1},
	"no-route":               {1, 0},
	"packet-too-big":         {2, -1},
	"parameter-option":       {4, 2},
	"parameter-problem":      {4, -1},
	"port-unreachable":       {1, 4},
	"reassembly-timeout":     {3, 1},
	"redirect":               {137, -1},
	"router-advertisement":   {134, -1},
	"router-renumbering":     {138, -1},
	"router-solicitation":    {133, -1},
	"time-exceeded":          {3, -1},
	"unreachable":            {1, -1},
}

// icmpMessage reads the ICMP type, type and code, or name at the head of w, if
// there is one.
func icmpMessage(protocol uint8, w *words) (message, bool) {
	if t, ok := octet(w.peek()); ok {
		w.skip(1)
		if c, ok := octet(w.peek()); ok {
			w.skip(1)
			return message{t, int(c)}, true
		}
		return message{t, -1}, true
	}
	names := icmpNames
	if protocol == service.ICMPv6 {
		names = icmp6Names
	}
	m, ok := names[w.peek()]
	if ok {
		w.skip(1)
	}
	return m, ok
}

// services returns the message as a range of services.
func (m message) services(protocol uint8) service.Range {
	if m.code < 0 {
		return service.Type(protocol, m.icmpType)
	}
	return service.Code(protocol, m.icmpType, uint8(m.code))
}

func octet(word string) (uint8, bool) {
	if !startsWithDigit(word) {
		return 0, false
	}
	n, err := strconv.ParseUint(word, 10, 8)
	return uint8(n), err == nil
}
