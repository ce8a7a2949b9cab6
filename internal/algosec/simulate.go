package algosec

import (
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/match"
)

// Traffic simulation of Firewall Analyzer, by SOAP 1.1 at /AFA/php/ws.php: the
// requests and the replies, one session of ConnectRequest and QueryRequest, are
// those that AlgoSec's Ansible role was recorded with. How faults look, and how long
// a session lasts, was not recorded.
const (
	simulationPath = "/AFA/php/ws.php"
	soapEnvelope   = "http://schemas.xmlsoap.org/soap/envelope/"
	soapSpace      = "https://www.algosec.com/afa-ws"
)

// Device is what one device does with the traffic of a flow.
type Device struct {
	Name string
	// Word is the server's, like "Blocked by default device behavior".
	Word string
	// Rules decide, in the words of the device; none if the server names none.
	Rules []DeviceRule
}

// DeviceRule is a rule of a device.
type DeviceRule struct{ Name, Action string }

// offPath is what a device says that the traffic does not cross (recorded).
const offPath = "source and destination behind the same interface"

// soapRequest is the envelope. As recorded, the request alone is in a namespace, by
// a prefix, and its children are in none.
type soapRequest struct {
	XMLName xml.Name `xml:"soap:Envelope"`
	Soap    string   `xml:"xmlns:soap,attr"`
	AFA     string   `xml:"xmlns:afa,attr"`
	Request any      `xml:"soap:Body>request"`
}

type soapConnect struct {
	XMLName  xml.Name `xml:"afa:ConnectRequest"`
	UserName string
	Password string
	Domain   string
}

type soapQuery struct {
	XMLName    xml.Name `xml:"afa:QueryRequest"`
	SessionID  string
	QueryInput question
}

// A question is about all traffic between its sources and destinations.
type question struct {
	Source      []string
	Destination []string
	Service     []string
	User        []string
	Application []string
}

// soapReply is either reply, or a fault.
type soapReply struct {
	XMLName xml.Name
	Fault   *struct {
		Text string `xml:"faultstring"`
	} `xml:"Body>Fault"`
	Session string `xml:"Body>ConnectResponse>SessionID"`
	Results []struct {
		Devices []struct {
			Word  string `xml:"IsAllowed"`
			Name  string `xml:"DeviceName"`
			Rules []struct {
				Name   string `xml:"Rule"`
				Action string `xml:"Action"`
			} `xml:"Rules"`
		} `xml:"QueryItem>Device"`
		Routing string `xml:"FipResult"`
		Word    string `xml:"QueryResult"`
		Link    string `xml:"QueryHTMLPath"`
	} `xml:"Body>QueryResponse>QueryResult"`
}

// simulate asks what the devices do with the traffic of a flow now.
func (c *Client) simulate(ctx context.Context, f *Flow) (Finding, error) {
	query, without := queryOf(f)
	if without != "" {
		return Finding{Status: match.Indeterminate, Reason: without}, nil
	}
	session, err := c.analyzer.get(ctx, "", c.connect)
	if err != nil {
		return Finding{}, err
	}
	rep, err := c.query(ctx, query, session)
	var fault *faultError
	if errors.As(err, &fault) && !fault.permission() {
		// The session may have run out; to ask twice does no harm.
		if session, err = c.analyzer.get(ctx, session, c.connect); err != nil {
			return Finding{}, err
		}
		rep, err = c.query(ctx, query, session)
	}
	if err != nil {
		return Finding{}, err
	}
	found := rep.finding()
	if len(rep.Results) == 1 {
		found.Link = c.rehost(rep.Results[0].Link)
	}
	return found, nil
}

// simpleService is a service as it was recorded in a query; everything else is
// asked for by its name.
var simpleService = regexp.MustCompile(`^(?i)(tcp|udp)/\d+$`)

// queryOf returns the question for a flow, or why there is none.
func queryOf(f *Flow) (q question, without string) {
	for _, side := range []struct {
		objects []NetworkObject
		out     *[]string
	}{{f.Sources, &q.Source}, {f.Destinations, &q.Destination}} {
		for _, o := range side.objects {
			if set, ok := o.set(); !ok || len(o.Addresses) == 0 || set.IsAny() {
				return q, fmt.Sprintf("the network object %q has no addresses to ask Firewall Analyzer for", clean(o.Name))
			}
			*side.out = append(*side.out, o.Addresses...)
		}
	}
	for _, s := range f.Services {
		if len(s.Literals) == 0 || slices.ContainsFunc(s.Literals, func(l string) bool { return !simpleService.MatchString(l) }) {
			q.Service = append(q.Service, s.Name)
			continue
		}
		for _, l := range s.Literals {
			q.Service = append(q.Service, strings.ToLower(l))
		}
	}
	if len(q.Source) == 0 || len(q.Destination) == 0 || len(q.Service) == 0 {
		return q, "the flow in AlgoSec has no traffic"
	}
	q.User, q.Application = unrestricted(names(f.Users)), unrestricted(names(f.NetworkApplications))
	return q, ""
}

// connect opens a session with Firewall Analyzer.
func (c *connection) connect(ctx context.Context) (string, error) {
	rep, err := c.soap(ctx, "connect", soapConnect{UserName: c.conf.Username, Password: c.conf.Password}, "")
	if err != nil {
		return "", err
	}
	if !validSession.MatchString(rep.Session) {
		return "", &Error{Method: http.MethodPost, Path: simulationPath, Status: http.StatusOK, Message: "the reply to ConnectRequest holds no session"}
	}
	return rep.Session, nil
}

func (c *connection) query(ctx context.Context, q question, session string) (soapReply, error) {
	return c.soap(ctx, "query", soapQuery{SessionID: session, QueryInput: q}, session)
}

// faultError is a SOAP fault.
type faultError struct{ text string }

func (e *faultError) Error() string {
	if e.permission() {
		return e.text + " (the user has no permission for this)"
	}
	return e.text
}

// permission reports whether it is about permissions, as AlgoSec's Python SDK reads
// it.
func (e *faultError) permission() bool { return strings.Contains(e.text, "505") }

// soap sends one request, and decodes its reply.
func (c *connection) soap(ctx context.Context, action string, body any, session string) (soapReply, error) {
	var reply soapReply
	r := request{method: http.MethodPost, path: simulationPath, slow: true, action: soapSpace + "/" + action}
	fail := func(status int, err error, format string, args ...any) (soapReply, error) {
		return reply, &Error{Method: r.method, Path: r.path, Status: status, Message: c.redact(fmt.Sprintf(format, args...), session), Err: err}
	}
	text, err := xml.Marshal(soapRequest{Soap: soapEnvelope, AFA: soapSpace, Request: body})
	if err != nil {
		return fail(0, err, "the request cannot be written as XML")
	}
	r.body = append([]byte(xml.Header), text...)
	rep, err := c.send(ctx, r, session)
	if err != nil {
		return reply, err
	}
	err = xml.Unmarshal(rep.body, &reply)
	switch {
	case err == nil && reply.Fault != nil: // with status 500, after SOAP 1.1
		fault := &faultError{reply.Fault.Text}
		return fail(rep.status, fault, "%s", fault)
	case rep.status < 200 || rep.status > 299:
		return reply, c.statusError(r, rep, session)
	case err != nil:
		return fail(rep.status, nil, "the reply is not XML: %s", err)
	case reply.XMLName.Local != "Envelope":
		return fail(rep.status, nil, "the reply is <%s>, not a SOAP envelope", reply.XMLName.Local)
	}
	return reply, nil
}

// finding judges a reply. "Allowed" stands only if a device says it too, no device
// says otherwise or what is not known, and the traffic is routed.
func (r soapReply) finding() Finding {
	if len(r.Results) != 1 {
		return Finding{Status: match.Indeterminate, Reason: fmt.Sprintf("Firewall Analyzer gave %d results for one question", len(r.Results))}
	}
	result := r.Results[0]
	f := find(result.Word)
	for _, d := range result.Devices {
		device := Device{Name: clean(d.Name), Word: clean(d.Word)}
		for _, rule := range d.Rules {
			device.Rules = append(device.Rules, DeviceRule{Name: clean(rule.Name), Action: clean(rule.Action)})
		}
		f.Devices = append(f.Devices, device)
	}
	if f.Status == match.Allowed {
		f.Status, f.Reason = doubt(f.Devices, clean(result.Routing))
	}
	if f.Status == match.Allowed {
		return f
	}
	if culprits := blame(f.Devices); culprits != "" {
		f.Reason += ": " + culprits
	}
	return f
}

// doubt returns what is left of "Allowed", with the reason.
func doubt(devices []Device, routing string) (match.Verdict, string) {
	status, reason, allowing := match.Allowed, "", 0
	for _, d := range devices {
		if strings.EqualFold(d.Word, offPath) {
			continue
		}
		s, known := statusOf(d.Word)
		switch {
		case !known:
			s = match.Indeterminate
			fallthrough
		case s != match.Allowed:
			if s > status {
				status, reason = s, fmt.Sprintf("AlgoSec says \"Allowed\", but of device %q it says %q", d.Name, d.Word)
			}
		default:
			allowing++
		}
	}
	switch {
	case status != match.Allowed:
	case allowing == 0:
		status, reason = match.Indeterminate, "AlgoSec says \"Allowed\", but names no device that allows it"
	case routing != "" && !strings.EqualFold(routing, "routed"):
		status, reason = match.Indeterminate, fmt.Sprintf("AlgoSec says \"Allowed\", but its routing is %q", routing)
	}
	return status, reason
}

// blame names the devices that do not allow the traffic, with their rules; at most
// five.
func blame(devices []Device) string {
	const most = 5
	var out []string
	for _, d := range devices {
		if status, known := statusOf(d.Word); strings.EqualFold(d.Word, offPath) || known && status == match.Allowed {
			continue
		}
		text := fmt.Sprintf("%s: %s", d.Name, d.Word)
		for i, rule := range d.Rules {
			if i == most {
				text += fmt.Sprintf(" and %d more", len(d.Rules)-most)
				break
			}
			text += fmt.Sprintf(", rule %s (%s)", rule.Name, rule.Action)
		}
		out = append(out, text)
	}
	if len(out) > most {
		out = append(out[:most], fmt.Sprintf("%d more devices", len(out)-most))
	}
	return strings.Join(out, "; ")
}
