package provider

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// bothServers is the provider as it is and as the framework alone makes it, which have to
// answer the same.
type bothServers struct {
	tfprotov6.ProviderServer
	t         *testing.T
	framework tfprotov6.ProviderServer
}

// ConfigureProvider implements tfprotov6.ProviderServer.
func (b bothServers) ConfigureProvider(ctx context.Context, req *tfprotov6.ConfigureProviderRequest) (*tfprotov6.ConfigureProviderResponse, error) {
	if _, err := b.framework.ConfigureProvider(ctx, req); err != nil {
		return nil, err
	}
	return b.ProviderServer.ConfigureProvider(ctx, req)
}

// ReadResource implements tfprotov6.ResourceServer.
func (b bothServers) ReadResource(ctx context.Context, req *tfprotov6.ReadResourceRequest) (*tfprotov6.ReadResourceResponse, error) {
	want, err := b.framework.ReadResource(ctx, req)
	if err != nil {
		return nil, err
	}
	got, err := b.ProviderServer.ReadResource(ctx, req)
	if err == nil {
		b.compare(req.TypeName, want.NewState, got.NewState, want.Diagnostics, got.Diagnostics, want.Private, got.Private)
	}
	return got, err
}

// PlanResourceChange implements tfprotov6.ResourceServer.
func (b bothServers) PlanResourceChange(ctx context.Context, req *tfprotov6.PlanResourceChangeRequest) (*tfprotov6.PlanResourceChangeResponse, error) {
	want, err := b.framework.PlanResourceChange(ctx, req)
	if err != nil {
		return nil, err
	}
	got, err := b.ProviderServer.PlanResourceChange(ctx, req)
	if err == nil {
		b.compare(req.TypeName, want.PlannedState, got.PlannedState, want.Diagnostics, got.Diagnostics, want.PlannedPrivate, got.PlannedPrivate)
		if fmt.Sprint(want.RequiresReplace) != fmt.Sprint(got.RequiresReplace) {
			b.t.Errorf("%s: replaced for %v, want %v", req.TypeName, got.RequiresReplace, want.RequiresReplace)
		}
	}
	return got, err
}

func (b bothServers) compare(name string, want, got *tfprotov6.DynamicValue, wantTold, told []*tfprotov6.Diagnostic, wantPrivate, private []byte) {
	b.t.Helper()
	kind := newDirectResources(nil, nil).kinds()[name].object
	values := [2]tftypes.Value{}
	for i, v := range []*tfprotov6.DynamicValue{want, got} {
		var err error
		if values[i], err = v.Unmarshal(kind); err != nil {
			b.t.Fatal(err)
		}
	}
	failed := false
	for _, d := range wantTold {
		failed = failed || d.Severity == tfprotov6.DiagnosticSeverityError
	}
	if diff, err := values[0].Diff(values[1]); !failed && (err != nil || len(diff) > 0) { // what cannot be planned has no plan
		b.t.Errorf("%s: differs from what the framework makes of it: %v %v", name, diff, err)
	}
	lines := func(told []*tfprotov6.Diagnostic) (out string) {
		for _, d := range told {
			out += fmt.Sprintf("%v %v %s\n%s\n", d.Severity, d.Attribute, d.Summary, d.Detail)
		}
		return out
	}
	if w, g := lines(wantTold), lines(told); w != g {
		b.t.Errorf("%s: tells\n%s\nwant\n%s", name, g, w)
	}
	var keys [2]map[string][]byte
	for i, p := range [][]byte{wantPrivate, private} {
		if len(p) > 0 {
			if err := json.Unmarshal(p, &keys[i]); err != nil {
				b.t.Fatal(err)
			}
		}
	}
	if !reflect.DeepEqual(keys[0], keys[1]) {
		b.t.Errorf("%s: the private state is %s, want %s", name, private, wantPrivate)
	}
}

// What is answered without the framework is what the framework would have answered: for
// resources that are new, unchanged, changed, renamed, imported, partly unknown; over
// rulesets that drift or cannot be read; with policies and every enforcement.
func TestDirectAnswersAreTheFrameworks(t *testing.T) {
	const flow = `"sources": ["10.0.0.1"], "destinations": ["172.16.0.1"], "services": ["tcp/443"]`
	application := func(more string, flows ...string) string {
		return fmt.Sprintf(`{"name": "app" %s, "flows": {%s}}`, more, strings.Join(flows, ", "))
	}
	web, db := `"web": {`+flow+`}`, `"db": {"sources": ["10.9.0.0/16"], "destinations": ["172.16.0.0/24"], "services": ["tcp/1521", "icmp"], "action": "deny"}`
	blocked := `"ssh": {"sources": ["10.9.0.1"], "destinations": ["172.16.0.9"], "services": ["tcp/22"], "comment": "no", "labels": {"tier": "x"}}`
	kinds := []struct{ kind, first, second, renamed, unknown string }{
		{"acl_application", application("", web, db), application(`, "owner": "ops", "description": "d"`, web, blocked),
			strings.Replace(application("", web), "app", "other", 1), application("", web, `"later": "UNKNOWN"`)},
		{"acl_application", application(`, "labels": {"a": "b"}`, web, blocked), application(`, "rulesets": ["edge"]`, db, blocked),
			application("", web), application(`, "owner": "UNKNOWN"`, web, blocked)},
		{"acl_application", application(`, "target": "rulesets"`, web), application(`, "target": "UNKNOWN"`, web), application("", web), `{"name": "UNKNOWN", "flows": "UNKNOWN"}`},
		{"acl_flow", `{"application": "app", "name": "web", ` + flow + `}`, `{"application": "app", "name": "web", "sources": ["10.0.0.2"], "destinations": ["172.16.0.1"], "services": ["udp/53"]}`,
			`{"application": "app", "name": "else", ` + flow + `}`, `{"application": "app", "name": "web", "sources": "UNKNOWN", "destinations": ["172.16.0.1"], "services": ["tcp/443"]}`},
	}
	texts := []string{
		`[{"src_ip": "10.0.0.0/23", "dst_ip": "172.16.0.1", "dst_port": "tcp/443", "action": "permit"}]`,
		`[{"src_ip": "10.0.0.1", "dst_ip": "172.16.0.1", "action": "deny"}]`, // somebody closes it
		`nothing that is understood`,
		`[{"action": "permit"}]`,
	}
	for _, provider := range []string{
		`"enforcement": "advisory"`, `"enforcement": "apply", "summary": "always"`, `"enforcement": "plan", "details": "full"`,
		`"enforcement": "advisory", "policies": {"noted": {"scope": "flow", "assert": "flow.comment.startsWith('CHG')", "severity": "review"}, "owned": {"scope": "flow", "assert": "flow.action == 'allow'", "severity": "deny"}}`,
	} {
		for _, k := range kinds {
			file := filepath.Join(t.TempDir(), "edge.json")
			write := func(text string) {
				t.Helper()
				if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			// One configuration for each command, as Terraform has it.
			config := fmt.Sprintf(`{%s, "rulesets": {"edge": {"path": %q, "format": "json", "additions": %q}}}`, provider, file, file+".additions")
			command := func(h *held) *held {
				t.Helper()
				server := bothServers{NewServer("test")(), t, visibleMessages{providerserver.NewProtocol6(New("test")())()}}
				c := clientOf(t, server, config)
				c.tolerant = true
				h.client = c
				return h
			}
			write(texts[0])
			h := command(&held{})
			*h = *h.hold(k.kind, k.first)
			h.plan()
			h.apply()
			for _, text := range texts {
				write(text)
				h = command(h)
				h.refresh()
				h.plan()
				for _, next := range []string{k.second, k.renamed, k.unknown} {
					h.config = h.value(h.schemas.ResourceSchemas[h.kind], next)
					h.plan()
				}
				h.config = h.value(h.schemas.ResourceSchemas[h.kind], k.first)
			}
			h.config = h.value(h.schemas.ResourceSchemas[h.kind], "null")
			h.plan() // a destroy
		}
	}
}
