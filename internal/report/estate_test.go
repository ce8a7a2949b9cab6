package report

import (
	"fmt"
	"strings"
	"testing"
)

// shop is an application with one flow of each of these, from users to servers past edge
// and core.
func shop(t *testing.T, flows map[string]object) []Application {
	t.Helper()
	declared, results := object{}, object{}
	for name, found := range flows {
		declared[name] = object{"sources": words("10.1.5.0/24"), "destinations": words("10.3.0.7"), "services": words("tcp/443")}
		results[name] = found
	}
	return read(t, []any{application("Shop", declared, results)})
}

// way is a path past devices.
func way(from, to string, devices ...string) object {
	var hops []any
	for _, d := range devices {
		hops = append(hops, object{"device": d, "lists": words("in")})
	}
	return object{"from": from, "to": to, "hops": hops}
}

// estateObject is data acl_topology: devices with their zones, guards with * before them.
func estateObject(zones []string, devices map[string][]string) map[string]any {
	o := map[string]any{"zones": []any{}, "devices": []any{}}
	for _, z := range zones {
		o["zones"] = append(o["zones"].([]any), map[string]any{"name": z})
	}
	for _, name := range []string{"core", "dc", "edge", "web"} {
		d := map[string]any{"name": name, "zones": []any{}, "interfaces": []any{}}
		for _, z := range devices[name] {
			plain, guard := strings.CutPrefix(z, "*")
			d["zones"] = append(d["zones"].([]any), plain)
			if !guard {
				d["interfaces"] = append(d["interfaces"].([]any), map[string]any{"zone": plain})
			}
		}
		o["devices"] = append(o["devices"].([]any), d)
	}
	return o
}

// The picture has what the paths tell, and with data acl_topology the whole estate; the
// devices in the way are marked, also where only the summary names them.
func TestEstatePicture(t *testing.T) {
	missing := []any{object{"device": "core", "list": "FROM_WAN", "from": "users", "to": "servers", "reason": "no rule permits it"}}
	apps := shop(t, map[string]object{
		"web":  {"status": "blocked", "summary": "blocked: denied by core core.cfg default deny", "missing": missing, "path": []any{way("users", "servers", "edge", "core")}},
		"mail": {"status": "allowed", "summary": "allowed by edge.cfg:1", "path": []any{way("users", "cloud", "edge", "dc")}},
	})
	e, err := ReadEstate(estateObject([]string{"cloud", "servers", "users", "wan"}, map[string][]string{
		"edge": {"users", "wan"}, "core": {"wan", "servers"}, "dc": {"wan", "cloud"}, "web": {"*servers"},
	}))
	if err != nil {
		t.Fatal(err)
	}
	planned := shop(t, map[string]object{
		"web": {"status": "allowed", "summary": "blocked: denied by web web.rules default deny", "path": []any{way("users", "servers", "edge", "core")}},
	})
	for _, c := range []struct {
		name string
		apps []Application
		e    *Estate
		want []string
	}{
		{"from paths", apps, nil, []string{
			`n0(["cloud"])`, `n1(["servers"])`, `n2(["users"])`, `n3["✗ core"]:::against`, `n4["dc"]`, `n5["edge"]`,
			"n0 --- n4", "n1 --- n3", "n2 --- n5", "n3 --- n5", "n4 --- n5", "the devices in the way are marked",
		}},
		{"whole", apps, e, []string{
			`n4["✗ core"]:::against`, `n3(["wan"])`, `n5["dc"]`, `n6["edge"]`, `n7["web"]`, "n1 --- n4", "n3 --- n4", "n3 --- n5", "n0 --- n5", "n2 --- n6", "n3 --- n6", "n1 -.- n7",
		}},
		{"from the summary", planned, e, []string{`n7["✗ web"]:::against`, `["core"]`}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := estatePicture(c.apps, c.e)
			for _, text := range c.want {
				if !strings.Contains(got, text) {
					t.Errorf("no %s in\n%s", text, got)
				}
			}
			if strings.Count(got, "✗") != 1 {
				t.Errorf("one device is in the way:\n%s", got)
			}
			if n := strings.Count(got, "--- "); c.name == "whole" && n != 6 {
				t.Errorf("%d edges are drawn:\n%s", n, got)
			}
			if !strings.Contains(Markdown(c.apps, c.e, Findings{}), got) {
				t.Error("the report does not have the picture")
			}
		})
	}
}

// Where there are no zones there is no picture, and where all is as wanted nothing is
// marked.
func TestEstatePictureOfNothing(t *testing.T) {
	if got := estatePicture(read(t, []any{application("Shop", object{"web": object{}}, object{"web": object{"status": "blocked"}})}), nil); got != "" {
		t.Error(got)
	}
	fine := shop(t, map[string]object{"mail": {"status": "allowed", "summary": "allowed by edge.cfg:1", "path": []any{way("users", "cloud", "edge", "dc")}}})
	if got := estatePicture(fine, nil); !strings.Contains(got, "no device is in the way") || strings.Contains(got, ":::against") {
		t.Error(got)
	}
	if _, err := ReadEstate("x"); err == nil {
		t.Error("a text is no estate")
	}
}

// A large estate is drawn as far as flows go that are not as wanted, and no further than
// can be read.
func TestEstatePictureIsBounded(t *testing.T) {
	e := &Estate{}
	for i := range 100 {
		e.Devices = append(e.Devices, EstateDevice{Name: fmt.Sprintf("fw%d", i), Between: []string{"core", fmt.Sprintf("site%d", i)}})
	}
	blocked := func(i, k int) object {
		device := fmt.Sprintf("fw%d", k)
		missing := []any{object{"device": device, "list": "in", "reason": "no rule permits it"}}
		return object{"status": "blocked", "missing": missing, "path": []any{way(fmt.Sprintf("site%d", i), fmt.Sprintf("site%d", k), fmt.Sprintf("fw%d", i), device)}}
	}
	got := estatePicture(shop(t, map[string]object{"a": blocked(3, 4)}), e)
	for _, text := range []string{`["✗ fw4"]`, `["fw3"]`, `(["site3"])`, `(["core"])`, "5 of 201 zones and devices, the way of 1 flow not as wanted"} {
		if !strings.Contains(got, text) {
			t.Errorf("no %s in\n%s", text, got)
		}
	}
	if strings.Contains(got, "fw5") {
		t.Errorf("a device is drawn that no flow needs:\n%s", got)
	}
	many := map[string]object{}
	for i := range 90 {
		many[fmt.Sprint(i)] = blocked(i, i+1)
	}
	got = estatePicture(shop(t, many), e)
	if n := strings.Count(got, `["`); n > maxDrawn || n < maxDrawn-5 || !strings.Contains(got, "✗ fw1\"") || !strings.Contains(got, "more flows are left out") {
		t.Errorf("%d are drawn:\n%s", n, got)
	}
	if len(got) > 8000 {
		t.Errorf("the picture has %d bytes", len(got))
	}
}
