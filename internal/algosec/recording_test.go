package algosec_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/match"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/algosec"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/algosec/algosectest"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/testshared"
)

// For the change that AlgoSec's own role made while it was recorded, this client
// sends the same writes, in the same order, with the same bodies; and none where
// none was needed. Afterwards there is nothing left to do.
func TestWritesAreAsRecorded(t *testing.T) {
	sequences, err := algosectest.ReadRecordings(testshared.Dir(t, "reference", "algosec-businessflow-recorded.json"))
	if err != nil {
		t.Fatal(err)
	}
	for name, sequence := range sequences {
		t.Run(name, func(t *testing.T) {
			s := algosectest.New(t)
			if err := s.Load(sequence); err != nil {
				t.Fatal(err)
			}
			d := recordedChange(t, sequence)
			c := connect(t, s)
			apply(t, c, d)

			var recorded []algosectest.Exchange
			for _, e := range sequence {
				if e.IsWrite() {
					recorded = append(recorded, e)
				}
			}
			sent := s.Writes()
			if len(sent) != len(recorded) {
				t.Fatalf("sent %q, recorded %d", methods(sent), len(recorded))
			}
			for i, e := range recorded {
				if sent[i].Method != e.Method || sent[i].Path != e.Path {
					t.Errorf("write %d is %s %s, recorded %s %s", i, sent[i].Method, sent[i].Path, e.Method, e.Path)
				}
				if is, was := body(t, sent[i].Body), body(t, value(e.RequestBody)); !reflect.DeepEqual(is, was) {
					t.Errorf("body of %s %s:\n%v, recorded\n%v", e.Method, e.Path, is, was)
				}
			}
			if strings.Contains(name, "not_changing") != (len(recorded) == 0) && name != "add_single_application_flow_2" {
				t.Errorf("%d recorded writes", len(recorded))
			}

			s.CloseTickets()
			s.ForgetRequests()
			apply(t, connect(t, s), d)
			if writes := s.Writes(); len(writes) != 0 {
				t.Errorf("the second time: %q", methods(writes))
			}
		})
	}
}

func value(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

func body(t *testing.T, text string) any {
	t.Helper()
	if text == "" {
		return nil
	}
	var v any
	if err := json.Unmarshal([]byte(text), &v); err != nil {
		t.Fatal(err)
	}
	return v
}

var deletePath = regexp.MustCompile(`/flows/(\d+)$`)

// recordedChange returns what the application held after the recording: the flows
// of the first list, without those that were deleted, and with those created as they
// were requested.
func recordedChange(t *testing.T, sequence []algosectest.Exchange) algosec.Desired {
	t.Helper()
	d := algosec.Desired{Exclusive: true}
	ids := make(map[int64]string)
	listed := false
	for _, e := range sequence {
		switch {
		case strings.Contains(e.Path, "/applications/name/"):
			var app algosec.Application
			if err := json.Unmarshal(e.Response, &app); err != nil {
				t.Fatal(err)
			}
			d.Application = app.Name
		case e.Method == http.MethodGet && strings.HasSuffix(e.Path, "/flows"):
			var flows []algosec.Flow
			if err := json.Unmarshal(e.Response, &flows); err != nil {
				t.Fatal(err)
			}
			for _, f := range flows {
				ids[f.ID] = f.Name
				if !listed {
					d.Flows = append(d.Flows, asDesired(f))
				}
			}
			listed = true
		case e.Method == http.MethodDelete:
			id, err := strconv.ParseInt(deletePath.FindStringSubmatch(e.Path)[1], 10, 64)
			if err != nil {
				t.Fatal(err)
			}
			d.Flows = slices.DeleteFunc(d.Flows, func(f algosec.DesiredFlow) bool { return f.Name == ids[id] })
		case strings.HasSuffix(e.Path, "/flows/new"):
			var created []struct {
				Name, Comment                   string
				Sources, Destinations, Services []algosec.Named
				NetworkApplications             []algosec.Named `json:"network_applications"`
				Users                           []string
			}
			if err := json.Unmarshal([]byte(*e.RequestBody), &created); err != nil {
				t.Fatal(err)
			}
			for _, f := range created {
				d.Flows = append(d.Flows, algosec.DesiredFlow{
					Name: f.Name, Comment: f.Comment, Sources: texts(f.Sources), Destinations: texts(f.Destinations),
					Services: texts(f.Services), Users: f.Users, NetworkApplications: texts(f.NetworkApplications),
				})
			}
		}
	}
	return d
}

func texts(list []algosec.Named) []string {
	var out []string
	for _, n := range list {
		out = append(out, n.Name)
	}
	return out
}

func asDesired(f algosec.Flow) algosec.DesiredFlow {
	d := algosec.DesiredFlow{Name: f.Name, Comment: f.Comment}
	for _, o := range f.Sources {
		d.Sources = append(d.Sources, o.Name)
	}
	for _, o := range f.Destinations {
		d.Destinations = append(d.Destinations, o.Name)
	}
	for _, s := range f.Services {
		d.Services = append(d.Services, s.Name)
	}
	return d
}

// Verify asks the question that was recorded, and reads the answer.
func TestVerifyAsRecorded(t *testing.T) {
	sequences, err := algosectest.ReadRecordings(testshared.Dir(t, "reference", "algosec-businessflow-recorded.json"))
	if err != nil {
		t.Fatal(err)
	}
	sequence := sequences["define_application_flows__changing_flows__connectivity_check_fail"]
	s := algosectest.New(t)
	if err := s.Load(sequence); err != nil {
		t.Fatal(err)
	}
	c := connect(t, s)
	res := apply(t, c, recordedChange(t, sequence))
	s.ForgetRequests()
	found, err := c.Verify(context.Background(), res.Application, []string{"flow-that-will-not-change"})
	if err != nil {
		t.Fatal(err)
	}
	last := sequence[len(sequence)-1]
	if got, want := fmt.Sprint(methods(s.Requests())), "["+last.Method+" "+strings.TrimPrefix(last.Path, "/BusinessFlow/rest/v1")+"]"; got != want {
		t.Errorf("sent %s, recorded %s", got, want)
	}
	// The change request is still open, so that no answer is final.
	f := found["flow-that-will-not-change"]
	if f.Status != match.Pending || f.Word != "Blocked" || !strings.HasPrefix(f.Link, s.URL+"/fa/query/results/#/query/") {
		t.Errorf("finding %+v", f)
	}
}
