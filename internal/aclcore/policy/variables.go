package policy

import (
	"errors"
	"time"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/addr"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/service"
)

// dims tells what of a product a value depends on; 0 is the same for all products
// of a flow.
type dims uint8

const (
	bySource dims = 1 << iota
	byDestination
	byService

	byAll = bySource | byDestination | byService
)

// productValue is the product that is looked at.
type productValue struct {
	source, destination *addressValue
	service             *serviceValue
	action              ref.Val
}

// addressValue is one source or destination as expressions see it.
type addressValue struct {
	literal addr.Literal
	text    ref.Val
	// zones returns the names of the zones that the address lies in.
	zones    func() ref.Val
	families uint8 // bit 0: has IPv4 addresses, bit 1: IPv6
	// mixed says that it is written in several ways.
	mixed bool
}

func familiesOf(s addr.Set) (families uint8) {
	v4, v6 := s.Split()
	if !v4.IsEmpty() {
		families |= 1
	}
	if !v6.IsEmpty() {
		families |= 2
	}
	return families
}

// serviceValue is one service as expressions see it.
type serviceValue struct {
	literal                           service.Literal
	text, protocol, number, low, high ref.Val
}

// addressText writes a literal the one way its addresses are written, so that
// 10.0.0.0/255.255.255.0 equals 10.0.0.0/24.
func addressText(l addr.Literal) string {
	if r := l.Set.Ranges(); len(r) == 1 {
		return r[0].String()
	}
	return l.Set.String()
}

func newServiceValue(l service.Literal) *serviceValue {
	d := l.Describe()
	low, high := ports(l.Set)
	return &serviceValue{
		literal: l, text: types.String(l.Set.String()), protocol: types.String(d.Protocol), number: types.Int(d.Number),
		low: types.Int(low), high: types.Int(high),
	}
}

// ports returns the destination ports that a service lies between, the whole range
// where several protocols are meant of which one has ports, and -1 where none has.
func ports(s service.Set) (low, high int) {
	low, high = -1, -1
	for _, r := range s.Ranges() {
		for p := int(r.ProtoFrom); p <= int(r.ProtoTo); p++ {
			if !service.HasPorts(uint8(p)) {
				continue
			}
			if low < 0 || int(r.DstFrom) < low {
				low = int(r.DstFrom)
			}
			high = max(high, int(r.DstTo))
		}
	}
	return low, high
}

// flowValue is the flow as expressions see it.
type flowValue struct {
	name, comment, sourceZone, destinationZone, action          ref.Val
	sources, destinations, services, networkApplications, users ref.Val
	expires                                                     time.Time
}

type applicationValue struct{ name, owner, labels ref.Val }

func newFlowValue(q *Question, adapter types.Adapter) *flowValue {
	list := func(texts []string) ref.Val { return types.NewStringList(adapter, texts) }
	return &flowValue{
		name: types.String(q.Name), comment: types.String(q.Comment),
		sourceZone: types.String(q.SourceZone), destinationZone: types.String(q.DestinationZone), action: action(q),
		sources: list(q.Sources), destinations: list(q.Destinations), services: list(q.Services),
		networkApplications: list(q.NetworkApplications), users: list(q.Users),
		expires: q.Expires,
	}
}

func newApplicationValue(a Application, adapter types.Adapter) *applicationValue {
	return &applicationValue{types.String(a.Name), types.String(a.Owner), types.NewStringStringMap(adapter, a.Labels)}
}

func action(q *Question) ref.Val {
	if q.Deny {
		return types.String("deny")
	}
	return types.String("permit")
}

var errNoExpiry = errors.New("the flow has no expires; ask has(flow.expires) first")

var (
	zonesType = newObjectType("acl.Zones",
		field{name: "source", typ: stringList, dims: bySource, get: func(v any) (any, error) { return v.(*productValue).source.zones(), nil }},
		field{name: "destination", typ: stringList, dims: byDestination, get: func(v any) (any, error) { return v.(*productValue).destination.zones(), nil }},
	)
	productType = newObjectType("acl.Product",
		productField("source", cel.StringType, bySource, func(p *productValue) ref.Val { return p.source.text }),
		productField("destination", cel.StringType, byDestination, func(p *productValue) ref.Val { return p.destination.text }),
		productField("service", cel.StringType, byService, func(p *productValue) ref.Val { return p.service.text }),
		productField("protocol", cel.StringType, byService, func(p *productValue) ref.Val { return p.service.protocol }),
		productField("protocol_number", cel.IntType, byService, func(p *productValue) ref.Val { return p.service.number }),
		productField("port_low", cel.IntType, byService, func(p *productValue) ref.Val { return p.service.low }),
		productField("port_high", cel.IntType, byService, func(p *productValue) ref.Val { return p.service.high }),
		productField("action", cel.StringType, 0, func(p *productValue) ref.Val { return p.action }),
		productField("zones", zonesType.celTyp, bySource|byDestination, func(p *productValue) ref.Val { return &object{zonesType, p} }),
	)
	flowType = newObjectType("acl.Flow",
		flowField("name", cel.StringType, func(f *flowValue) ref.Val { return f.name }),
		flowField("sources", stringList, func(f *flowValue) ref.Val { return f.sources }),
		flowField("destinations", stringList, func(f *flowValue) ref.Val { return f.destinations }),
		flowField("services", stringList, func(f *flowValue) ref.Val { return f.services }),
		flowField("source_zone", cel.StringType, func(f *flowValue) ref.Val { return f.sourceZone }),
		flowField("destination_zone", cel.StringType, func(f *flowValue) ref.Val { return f.destinationZone }),
		flowField("action", cel.StringType, func(f *flowValue) ref.Val { return f.action }),
		flowField("network_applications", stringList, func(f *flowValue) ref.Val { return f.networkApplications }),
		flowField("users", stringList, func(f *flowValue) ref.Val { return f.users }),
		flowField("comment", cel.StringType, func(f *flowValue) ref.Val { return f.comment }),
		field{name: "expires", typ: cel.TimestampType, get: func(v any) (any, error) {
			if t := v.(*flowValue).expires; !t.IsZero() {
				return types.Timestamp{Time: t}, nil
			}
			return nil, errNoExpiry
		}, has: func(v any) bool { return !v.(*flowValue).expires.IsZero() }},
	)
	applicationType = newObjectType("acl.Application",
		applicationField("name", cel.StringType, func(a *applicationValue) ref.Val { return a.name }),
		applicationField("owner", cel.StringType, func(a *applicationValue) ref.Val { return a.owner }),
		applicationField("labels", cel.MapType(cel.StringType, cel.StringType), func(a *applicationValue) ref.Val { return a.labels }),
	)
	stringList = cel.ListType(cel.StringType)
)

// variableTypes are the types of the variables that are objects.
var variableTypes = map[string]*objectType{"product": productType, "flow": flowType, "application": applicationType}

func productField(name string, typ *cel.Type, d dims, get func(*productValue) ref.Val) field {
	return field{name: name, typ: typ, dims: d, get: func(v any) (any, error) { return get(v.(*productValue)), nil }}
}

func flowField(name string, typ *cel.Type, get func(*flowValue) ref.Val) field {
	return field{name: name, typ: typ, get: func(v any) (any, error) { return get(v.(*flowValue)), nil }}
}

func applicationField(name string, typ *cel.Type, get func(*applicationValue) ref.Val) field {
	return field{name: name, typ: typ, get: func(v any) (any, error) { return get(v.(*applicationValue)), nil }}
}

// An activation holds the values of the variables; that of product changes between
// evaluations.
type activation struct {
	product, flow, application *object
	now                        types.Timestamp
}

// ResolveName implements cel.Activation.
func (a *activation) ResolveName(name string) (any, bool) {
	switch name {
	case "product":
		return a.product, true
	case "flow":
		return a.flow, true
	case "application":
		return a.application, true
	case "now":
		return a.now, true
	}
	return nil, false
}

// Parent implements cel.Activation.
func (a *activation) Parent() cel.Activation { return nil }
