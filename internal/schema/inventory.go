package schema

import "fmt"

// owners returns the names of the application and the flow that a place in an
// inventory is in, as they lead an error.
func owners(data any, place []string) string {
	if len(place) < 2 || place[0] != "applications" {
		return ""
	}
	application := child(child(data, "applications"), place[1])
	name, ok := child(application, "app_name").(string)
	if !ok {
		return ""
	}
	out := fmt.Sprintf("application %q", name)
	if len(place) > 3 && place[2] == "app_flows" {
		out += fmt.Sprintf(", flow %q", place[3])
	}
	return out + ": "
}
