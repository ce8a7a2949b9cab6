package flow_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/flow"
)

// Each problem of a declaration is told with its field, in the order of the fields.
func TestFieldErrors(t *testing.T) {
	for _, tt := range []struct {
		sources, destinations, services []string
		want                            string
	}{
		{[]string{"nope", "10.0.0.1/8"}, []string{"any"}, []string{"tcp/x"}, "sources sources services"},
		{nil, nil, []string{"any"}, "sources destinations"},
		{[]string{"!any"}, []string{"any"}, []string{"any"}, "sources"},
	} {
		_, err := flow.New(names(t, nil, nil), tt.sources, tt.destinations, tt.services)
		var fields []string
		var lines []string
		for _, e := range flow.FieldErrors(err) {
			fields = append(fields, e.Field)
			lines = append(lines, e.Error())
			if strings.Contains(e.Error(), "\n") || !strings.HasPrefix(e.Error(), e.Field+": ") {
				t.Errorf("%q is no line of %s", e, e.Field)
			}
		}
		if got := strings.Join(fields, " "); got != tt.want || !errors.Is(err, flow.ErrDeclared) || err.Error() != strings.Join(lines, "\n") {
			t.Errorf("%s, want %s: %v", got, tt.want, err)
		}
	}
	of := flow.FieldErrors(errors.Join(fmt.Errorf("plain"), flow.InField("cells", `["a"]`, errors.Join(errors.New("x"), errors.New("y")))))
	if len(of) != 3 || of[0].Field != "" || of[0].Error() != "plain" || of[2].Error() != `cells["a"]: y` {
		t.Errorf("%v", of)
	}
	if flow.FieldErrors(nil) != nil || flow.InField("f", "", nil) != nil {
		t.Error("nothing is an error")
	}
}
