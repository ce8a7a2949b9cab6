package algosec

import (
	"errors"
	"fmt"
	"slices"
)

// The words of revisionStatus that were recorded.
const (
	RevisionActive  = "Active"
	RevisionDraft   = "Draft"
	RevisionPending = "Pending Implementation"
)

// FlowTypeApplication is the type of the flows that belong to the application.
// Others, SHARED_FLOW for one, are shown with it and belong elsewhere.
const FlowTypeApplication = "APPLICATION_FLOW"

// Application is the latest revision of an application: its draft, if it has one.
type Application struct {
	// ID stays; Revision changes with every draft.
	ID       int64  `json:"applicationID"`
	Revision int64  `json:"revisionID"`
	Name     string `json:"name"`
	// Status is one of the revision words above, or one that was never recorded.
	Status       string `json:"revisionStatus"`
	Phase        string `json:"lifecyclePhase"`
	Connectivity string `json:"connectivityStatus"`
	// Flows are the application's own, as the server lists them.
	Flows []Flow `json:"-"`
}

func (a *Application) check() error {
	switch {
	case a.Name == "":
		return errors.New("an application without a name")
	case a.ID <= 0 || a.Revision <= 0:
		return fmt.Errorf("application %q without applicationID or revisionID", a.Name)
	case a.Status == "":
		return fmt.Errorf("application %q without revisionStatus", a.Name)
	}
	return nil
}

// Flow returns the flow of the name, or nil.
func (a *Application) Flow(name string) *Flow {
	i := slices.IndexFunc(a.Flows, func(f Flow) bool { return f.Name == name })
	if i < 0 {
		return nil
	}
	return &a.Flows[i]
}

// Flow is a flow as the server has it.
type Flow struct {
	// ID lasts as long as the revision, and is 0 in the reply to a creation.
	ID                  int64           `json:"flowID"`
	Name                string          `json:"name"`
	Comment             string          `json:"comment"`
	Type                string          `json:"flowType"`
	Connectivity        string          `json:"connectivityStatus"`
	Sources             []NetworkObject `json:"sources"`
	Destinations        []NetworkObject `json:"destinations"`
	Services            []Service       `json:"services"`
	Users               []Named         `json:"networkUsers"`
	NetworkApplications []Named         `json:"networkApplications"`
}

// NetworkObject is what stands for addresses.
type NetworkObject struct {
	ID   int64  `json:"objectID"`
	Name string `json:"name"`
	// Type is Host, Network or Range, as recorded.
	Type string `json:"objectType"`
	// Addresses are hosts, prefixes and ranges "first-last".
	Addresses []string `json:"ipAddresses"`
	Origin    string   `json:"origin"`
}

// Service is what stands for protocols and ports.
type Service struct {
	ID   int64  `json:"serviceID"`
	Name string `json:"name"`
	// Literals are like "TCP/443", with "*" for any protocol or port.
	Literals []string `json:"services"`
}

// Named is a user or a network application; the one named "Any" stands for no
// restriction.
type Named struct {
	Name string `json:"name"`
}

// flowList is the reply that lists flows.
type flowList []Flow

func (l flowList) check() error {
	seen := make(map[string]bool, len(l))
	for _, f := range l {
		if f.Name == "" {
			return errors.New("a flow without a name")
		}
		if f.Type == "" {
			// It would be taken for somebody else's, and be created again.
			return fmt.Errorf("flow %q without flowType", f.Name)
		}
		if f.Type != FlowTypeApplication {
			continue
		}
		if seen[f.Name] {
			return fmt.Errorf("two flows are named %q", f.Name)
		}
		seen[f.Name] = true
	}
	return nil
}

// ChangeRequest is what applying a draft opens.
type ChangeRequest struct {
	// ID is 0 if the reply that held it was lost.
	ID      int64  `json:"id"`
	Status  string `json:"status"`
	Subject string `json:"subject"`
	// URL is the application in the user interface, where the request is linked.
	URL string `json:"url"`
	// Revision is the one that was applied. While it is the latest and "Pending
	// Implementation", the request is open.
	Revision int64 `json:"revision"`
}

// Open reports whether the request is open, as far as the application tells.
func (r ChangeRequest) Open(a *Application) bool {
	return a != nil && a.Status == RevisionPending && a.Revision == r.Revision
}

func (r *applyReply) check() error {
	if r.ChangeRequest.ID <= 0 {
		return errors.New("a change request without id")
	}
	return nil
}

// applyReply is the reply to applying a draft.
type applyReply struct {
	ChangeRequest ChangeRequest `json:"changeRequest"`
	Application   struct {
		Status string `json:"revisionStatus"`
	} `json:"application"`
}
