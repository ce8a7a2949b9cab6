package parsetest

import (
	"slices"
	"strings"
	"testing"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/addr"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/device"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/service"
)

// Translations checks what holds for every rule of address translation that a reader
// returns; see [device.Translation].
func Translations(t testing.TB, doc *device.Document) {
	t.Helper()
	for i := range doc.Translations {
		r := &doc.Translations[i]
		wrong := func(why string) { t.Errorf("%s: %s", translationText(r), why) }
		switch {
		case r.Match.IsEmpty():
			wrong("matches nothing, so it disappears")
		case slices.Contains(slices.Concat(r.From, r.To), ""):
			wrong("has an interface without a name")
		case slices.Contains(r.Unknown, ""):
			wrong("has an empty reason")
		case len(r.Unknown) > 0:
		case r.Destination.Kind == device.Static && r.Destination.To.IsEmpty(), r.Source.Kind == device.Static && r.Source.To.IsEmpty():
			wrong("maps to addresses that are not in the text")
		case !fits(r.Source, r.Match.Sources), !fits(r.Destination, r.Match.Destinations):
			wrong("maps addresses that are not one range of the same size")
		case !fitsPorts(r.Source, r.Match.Services, true), !fitsPorts(r.Destination, r.Match.Services, false):
			wrong("maps ports that are not one range of the same size")
		}
	}
}

func fits(m device.Mapping, from addr.Set) bool {
	if _, one := m.To.Single(); m.Kind != device.Static || one {
		return true
	}
	a, b := from.Ranges(), m.To.Ranges()
	return len(a) == 1 && len(b) == 1 && a[0].Is4() == b[0].Is4() && distance(a[0]) == distance(b[0])
}

// distance returns how far the ends of a range are apart.
func distance(r addr.Range) (out [16]byte) {
	from, to := r.From.As16(), r.To.As16()
	borrow := 0
	for i := 15; i >= 0; i-- {
		d := int(to[i]) - int(from[i]) - borrow
		if borrow = 0; d < 0 {
			d, borrow = d+256, 1
		}
		out[i] = byte(d)
	}
	return out
}

func fitsPorts(m device.Mapping, match service.Set, source bool) bool {
	if m.LastPort == 0 && m.FirstPort == 0 {
		return true
	}
	if m.Kind == device.Unchanged || m.FirstPort > m.LastPort || m.FirstPort == 0 {
		return false
	}
	if m.Kind == device.Dynamic || m.FirstPort == m.LastPort {
		return true
	}
	for _, r := range match.Ranges() {
		from, to := r.DstFrom, r.DstTo
		if source {
			from, to = r.SrcFrom, r.SrcTo
		}
		if service.HasPorts(r.ProtoFrom) && to-from != m.LastPort-m.FirstPort {
			return false
		}
	}
	return true
}

// UnreadTranslation puts each line into the text, in the place of a line that is @@, and
// checks that it is never passed over in silence: it is an unknown translation, a note, or
// an error. The line may be several.
func UnreadTranslation(t *testing.T, parse Parse, text string, lines ...string) {
	t.Helper()
	place := strings.Count(text[:strings.Index(text, "@@")], "\n") + 1
	for _, line := range lines {
		doc, err := parse(device.Input{Source: "unread", Content: []byte(strings.Replace(text, "@@", line, 1))})
		if err != nil {
			continue
		}
		Translations(t, doc)
		last := place + strings.Count(line, "\n")
		doubted := slices.ContainsFunc(doc.Translations, func(r device.Translation) bool {
			return len(r.Unknown) > 0 && r.Line >= place && r.Line <= last
		}) || slices.ContainsFunc(doc.Notes, func(n device.Note) bool { return n.Line >= place && n.Line <= last })
		if !doubted {
			t.Errorf("%q is passed over in silence:\n%s", line, topology(doc))
		}
	}
}
