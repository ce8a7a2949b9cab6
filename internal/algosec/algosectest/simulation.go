package algosectest

import (
	"encoding/xml"
	"fmt"
	"net/http"
	"strings"
)

const simulationPath = "/AFA/php/ws.php"

// Query is a traffic simulation that was asked for.
type Query struct {
	Source      []string
	Destination []string
	Service     []string
	User        []string
	Application []string
}

// Simulation is what it finds.
type Simulation struct {
	// Result and Routing are left out of the reply if empty.
	Result, Routing string
	Devices         []SimulatedDevice
}

// SimulatedDevice is what one device does.
type SimulatedDevice struct {
	Name, Word string
	// Rules are names of denying rules.
	Rules []string
}

// OnSimulate says what traffic simulations find; without it, one device that allows
// everything.
func (s *Server) OnSimulate(find func(Query) Simulation) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.state.simulate = find
}

type xmlText struct {
	XMLName xml.Name
	Text    string `xml:",chardata"`
	Nodes   []xmlText
}

func node(name string, children ...xmlText) xmlText {
	return xmlText{XMLName: xml.Name{Local: name}, Nodes: children}
}

func leaf(name, text string) xmlText {
	return xmlText{XMLName: xml.Name{Local: name}, Text: text}
}

// simulation answers Firewall Analyzer's SOAP requests. Elements and their order are
// those of a recording of AlgoSec's Ansible role; faults are synthetic, after
// SOAP 1.1.
func (s *Server) simulation(r *http.Request, body []byte) answer {
	var in struct {
		Connect *struct {
			UserName string
			Password string
			Domain   *string
		} `xml:"Body>ConnectRequest"`
		Query *struct {
			SessionID  string
			QueryInput []Query
		} `xml:"Body>QueryRequest"`
	}
	action := strings.Trim(r.Header.Get("SOAPAction"), `"`)
	err := xml.Unmarshal(body, &in)
	switch {
	case r.Method != http.MethodPost || !strings.HasPrefix(r.Header.Get("Content-Type"), "text/xml") || err != nil:
		return fault("not a SOAP request")
	case in.Connect != nil && action == "https://www.algosec.com/afa-ws/connect":
		if in.Connect.UserName != Username || in.Connect.Password != Password || in.Connect.Domain == nil {
			return fault("Authentication failed")
		}
		session := fmt.Sprintf("%032x", take(&s.state.next.session))
		s.sessions[session] = true
		return soapAnswer(node("ns1:ConnectResponse", leaf("SessionID", session)))
	case in.Query != nil && action == "https://www.algosec.com/afa-ws/query":
		if !s.sessions[in.Query.SessionID] {
			return fault("Invalid session")
		}
		return soapAnswer(s.state.query(in.Query.QueryInput))
	}
	return fault("unknown request")
}

func (s *state) query(inputs []Query) xmlText {
	const link = "https://127.0.0.1/fa/query/results/#/work/ALL_FIREWALLS_query-1/"
	out := node("ns1:QueryResponse", leaf("QueryUIResult", link))
	for _, in := range inputs {
		found := s.simulate(in)
		item := node("QueryItem")
		for _, d := range found.Devices {
			device := node("Device", leaf("IsAllowed", d.Word), leaf("DeviceName", d.Name))
			for _, rule := range d.Rules {
				device.Nodes = append(device.Nodes, node("Rules", leaf("Rule", rule), leaf("Service", "any"),
					leaf("Source", "any"), leaf("Destination", "any"), leaf("Action", "deny")))
			}
			item.Nodes = append(item.Nodes, device)
		}
		result := node("QueryResult", leaf("QueryDescription", "one question"), item)
		if found.Routing != "" {
			result.Nodes = append(result.Nodes, leaf("FipResult", found.Routing))
		}
		if found.Result != "" {
			result.Nodes = append(result.Nodes, leaf("QueryResult", found.Result))
		}
		result.Nodes = append(result.Nodes, leaf("QueryHTMLPath", link))
		out.Nodes = append(out.Nodes, result)
	}
	return out
}

func soapAnswer(content xmlText) answer {
	envelope := struct {
		XMLName xml.Name `xml:"SOAP-ENV:Envelope"`
		Soap    string   `xml:"xmlns:SOAP-ENV,attr"`
		AFA     string   `xml:"xmlns:ns1,attr"`
		Content xmlText  `xml:"SOAP-ENV:Body>x"`
	}{Soap: "http://schemas.xmlsoap.org/soap/envelope/", AFA: "https://www.algosec.com/afa-ws", Content: content}
	text, err := xml.Marshal(envelope)
	if err != nil {
		return answer{status: http.StatusInternalServerError, contentType: "text/plain", body: []byte(err.Error())}
	}
	return answer{status: http.StatusOK, contentType: "text/xml; charset=utf-8", body: append([]byte(xml.Header), text...)}
}

func fault(text string) answer {
	a := soapAnswer(node("SOAP-ENV:Fault", leaf("faultcode", "SOAP-ENV:Server"), leaf("faultstring", text)))
	a.status = http.StatusInternalServerError
	return a
}
