package asa

import (
	"fmt"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
)

// A release is the software release of a device, as far as it decides what a change
// may say. The zero value is one that the text does not name: the latest is meant.
//
// Sources: Cisco ASA New Features by Release: network objects with 8.3, IPv4 and IPv6 in
// one list and ICMP codes with 9.0, ports of SCTP with 9.5(2); service groups of several
// protocols with 8.0.
type release struct{ major, minor int }

// releaseOf reads the release of an ASA, "8.4(2)12". That of a PIX or an FWSM is taken
// for 7.0, whose words all of them have.
func releaseOf(device, version string) release {
	if device != "ASA" {
		return release{7, 0}
	}
	first, rest, _ := strings.Cut(version, ".")
	digits := len(rest) - len(strings.TrimLeft(rest, "0123456789"))
	major, ok := number(first, 1000)
	minor, ok2 := number(rest[:digits], 1000)
	if !ok || !ok2 {
		return release{}
	}
	return release{major, minor}
}

// before reports whether the release is known and older than the other.
func (r release) before(major, minor int) bool {
	return r != release{} && (r.major < major || r.major == major && r.minor < minor)
}

// place is [rule.Rule.Place] of the rules of the device: its release where that limits
// what a change may say.
func (r release) place() string {
	if !r.before(9, 6) {
		return ""
	}
	return fmt.Sprintf("release %d.%d", r.major, r.minor)
}

// line names the release as the first line of a text does; it is empty for the zero value.
func (r release) line() string {
	if r == (release{}) {
		return ""
	}
	return fmt.Sprintf("ASA Version %d.%d\n", r.major, r.minor)
}

// releaseKey is what [rule.Found] keeps the release of a base by.
type releaseKey struct{}

// releaseIn returns the release that the rules of the base are of.
func releaseIn(in rule.Insertion) release {
	if in.Base == nil {
		return release{}
	}
	return rule.Found(in, releaseKey{}, func() release {
		for i := range in.Base.Rules {
			if words, ok := strings.CutPrefix(in.Base.Rules[i].Place, "release "); ok {
				return releaseOf("ASA", words)
			}
		}
		return release{}
	})
}
