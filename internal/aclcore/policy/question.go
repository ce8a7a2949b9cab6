package policy

import (
	"time"

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
}

// Application is the owner of flows.
type Application struct {
	Name, Owner string
	Labels      map[string]string
}

// Violation is a part of a flow, or all of it, that a policy is violated by.
type Violation struct {
	Policy   string
	Kind     Kind
	Severity Severity
	// Undecided says that the policy could not be evaluated; it is not passed then,
	// and Message says why.
	Undecided bool
	Message   string
	// The three lists are written as those of missing traffic: merged, in few
	// entries. All are empty where the whole flow is meant.
	Sources, Destinations, Services []string
	// Excepted says that an exception holds, for the reason that Exception gives. An
	// exception that ended is in Exception too and no longer holds.
	Excepted  bool
	Exception string
}

// Blocks reports whether the violation stops the flow: it is of severity deny and
// not excepted.
func (v Violation) Blocks() bool { return v.Severity == Deny && !v.Excepted }
