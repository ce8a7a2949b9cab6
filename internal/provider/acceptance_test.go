package provider

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/terraformtest"
)

// acceptance runs steps with the provider in this process, where the race detector
// sees it.
func acceptance(t *testing.T, steps ...resource.TestStep) {
	t.Helper()
	terraformtest.Need(t)
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: map[string]func() (tfprotov6.ProviderServer, error){
			"acl": providerserver.NewProtocol6WithError(New("test")()),
		},
		Steps: steps,
	})
}

// rulesetFile writes a ruleset to a file of its own and returns its path, quoted
// for HCL. With the provider in this process relative paths start in the directory
// of this package.
func rulesetFile(t *testing.T, content string) (path, quoted string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "edge.json")
	rewrite(t, path, content)
	return path, quote(t, path)
}

func quote(t *testing.T, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func rewrite(t *testing.T, path, content string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
}

// output expects an output's value.
func output(name string, want knownvalue.Check) statecheck.StateCheck {
	return statecheck.ExpectKnownOutputValue(name, want)
}

// texts expects a list of exactly these strings.
func texts(want ...string) knownvalue.Check {
	checks := make([]knownvalue.Check, len(want))
	for i, w := range want {
		checks[i] = knownvalue.StringExact(w)
	}
	return knownvalue.ListExact(checks)
}

func text(want string) knownvalue.Check { return knownvalue.StringExact(want) }
