package algosectest

// The bodies of requests and replies, with the keys and the order that were
// recorded. They are written down here again rather than taken from the client, so
// that a key that the client has wrong is noticed.

type wireApplication struct {
	RevisionID         int64  `json:"revisionID"`
	ApplicationID      int64  `json:"applicationID"`
	Name               string `json:"name"`
	CreatedDate        int64  `json:"createdDate"`
	RevisionStatus     string `json:"revisionStatus"`
	LifecyclePhase     string `json:"lifecyclePhase"`
	ConnectivityStatus string `json:"connectivityStatus"`
	LastUpdateDate     int64  `json:"lastUpdateDate"`
}

type wireObject struct {
	RevisionID     int64    `json:"revisionID"`
	ObjectID       int64    `json:"objectID"`
	Name           string   `json:"name"`
	ObjectType     string   `json:"objectType"`
	IPAddresses    []string `json:"ipAddresses"`
	LastUpdateDate int64    `json:"lastUpdateDate"`
	CreatedDate    int64    `json:"createdDate"`
	Origin         string   `json:"origin"`
}

type wireService struct {
	RevisionID     int64    `json:"revisionID"`
	ServiceID      int64    `json:"serviceID"`
	Name           string   `json:"name"`
	Origin         string   `json:"origin"`
	Services       []string `json:"services"`
	LastUpdateDate int64    `json:"lastUpdateDate"`
	CreatedDate    int64    `json:"createdDate"`
}

type wireNetworkApplication struct {
	RevisionID int64  `json:"revisionID"`
	Name       string `json:"name"`
}

type wireUser struct {
	ID   int64  `json:"id"`
	Name string `json:"name"`
}

type wireFlow struct {
	FlowID              int64                    `json:"flowID"`
	Name                string                   `json:"name"`
	Comment             string                   `json:"comment"`
	FlowType            string                   `json:"flowType"`
	LastUpdateDate      int64                    `json:"lastUpdateDate,omitempty"`
	CreatedDate         int64                    `json:"createdDate,omitempty"`
	ConnectivityStatus  string                   `json:"connectivityStatus"`
	Sources             []wireObject             `json:"sources"`
	Destinations        []wireObject             `json:"destinations"`
	Services            []wireService            `json:"services"`
	NetworkApplications []wireNetworkApplication `json:"networkApplications,omitempty"`
	NetworkUsers        []wireUser               `json:"networkUsers,omitempty"`
}

type wireName struct {
	Name string `json:"name"`
}

type wireNewFlow struct {
	Type                string     `json:"type"`
	Name                string     `json:"name"`
	Comment             string     `json:"comment"`
	Sources             []wireName `json:"sources"`
	Destinations        []wireName `json:"destinations"`
	Services            []wireName `json:"services"`
	Users               []string   `json:"users"`
	NetworkApplications []wireName `json:"network_applications"`
	CustomFields        []any      `json:"custom_fields"`
}

type wireChangeRequest struct {
	ID        int64  `json:"id"`
	Requestor string `json:"requestor"`
	Status    string `json:"status"`
	Subject   string `json:"subject"`
}

type wireApply struct {
	ChangeRequest wireChangeRequest `json:"changeRequest"`
	Application   wireApplication   `json:"application"`
}

type wireCheck struct {
	FlowID    int64  `json:"flowId"`
	QueryLink string `json:"queryLink"`
	Status    string `json:"status"`
}

type wireNewObject struct {
	Type    string `json:"type"`
	Name    string `json:"name"`
	Content string `json:"content"`
}

type wireNewService struct {
	Name    string `json:"name"`
	Content []struct {
		Protocol string `json:"protocol"`
		Port     int    `json:"port"`
	} `json:"content"`
	CustomFields []any `json:"custom_fields"`
}
