package policy

import (
	"time"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/addr"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/flow"
)

// Question is a declared flow as policies see it.
type Question struct {
	Application Application
	Name        string
	// Flow holds the resolved lists, of which products are made.
	Flow *flow.Flow
	// Sources, Destinations and Services are the lists as declared, names included.
	Sources, Destinations, Services []string
	SourceZone, DestinationZone     string
	// Deny says that the traffic is wanted blocked.
	Deny                       bool
	NetworkApplications, Users []string
	Comment                    string
	// Expires is the instant at which the flow ends; zero means never.
	Expires time.Time
	// Exceptions are those declared on the flow, by name of a policy.
	Exceptions map[string]Exception
	// Real returns the addresses behind those that devices show, false where no static
	// translation shows all of them; nil if there are no devices.
	Real func(shown addr.Set) (behind addr.Set, ok bool, err error)
}

// Application is the owner of flows.
type Application struct {
	Name, Owner string
	Labels      map[string]string
}
