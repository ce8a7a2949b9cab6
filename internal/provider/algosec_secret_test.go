package provider

import (
	"encoding/base64"
	"net/url"
	"os"
	"strings"
	"testing"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/algosec/algosectest"
)

// What opens the door is in no log, message or state, at whatever level.
func TestAccAlgosecSecrets(t *testing.T) {
	t.Parallel()
	b := newBench(t, strings.Replace(algosecConfig, "ca_certificate = var.ca",
		"ca_certificate = var.ca\n    username = \"terraform\"\n    password = var.password", 1))
	b.Write("password.tf", "variable \"password\" {\n  type      = string\n  sensitive = true\n}\n")
	log := b.Path("trace.log")
	b.Env = append(b.Env, "TF_LOG=TRACE", "TF_LOG_PATH="+log, "TF_VAR_password="+algosectest.Password, "ALGOSEC_PASSWORD=")
	said := b.Apply(0)
	b.server.EndSessions()
	b.server.Inject(algosectest.Fault{Times: -1, Status: 500, Body: `{"message": "` + algosectest.Password + `"}`,
		Match: func(r algosectest.Request) bool { return strings.HasSuffix(r.Path, "/flows") }})
	said += b.Plan(1)
	b.server.ClearFaults()
	b.Env = append(b.Env, "TF_VAR_password="+algosectest.Password+"!")
	said += b.Plan(1)
	contains(t, said, "status 401", "wrong user name or password")
	trace, err := os.ReadFile(log)
	if err != nil {
		t.Fatal(err)
	}
	said += string(trace) + b.Read("terraform.tfstate")
	contains(t, said, "[TRACE]", "/applications/name/Billing")
	secrets := []string{
		algosectest.Password, url.QueryEscape(algosectest.Password), url.PathEscape(algosectest.Password), "JSESSIONID=",
		base64.StdEncoding.EncodeToString([]byte(algosectest.Username + ":" + algosectest.Password)),
	}
	for _, secret := range secrets {
		for line := range strings.Lines(said) {
			if strings.Contains(line, secret) {
				t.Errorf("%q is told: %.300s", secret, line)
			}
		}
	}
}

// While the server's address is to come from another resource nothing is contacted,
// and rulesets are read all the same.
func TestAccAlgosecUnknown(t *testing.T) {
	t.Parallel()
	b := newBench(t, strings.Replace(algosecConfig, "ca_certificate = var.ca", "ca_certificate = var.ca\n    url = terraform_data.url.output", 1)+`
-- more.tf --
variable "url" { type = string }
resource "terraform_data" "url" { input = var.url }
provider "acl" {
  alias = "rules"
  rulesets = { edge = { content = "[{\"action\": \"permit\"}]" } }
  algosec = { url = terraform_data.url.output }
}
resource "acl_flow" "f" {
  provider     = acl.rules
  application  = "Shop"
  name         = "web"
  sources      = ["10.0.0.1"]
  destinations = ["10.0.0.2"]
  services     = ["tcp/443"]
}
`)
	b.Env = append(b.Env, "TF_VAR_url="+b.server.URL)
	p := b.PlanJSON(2)
	if open := unknowns(p.Change(t, "acl_application.billing").Change.AfterUnknown, ""); len(open) != 4 {
		t.Errorf("the application is open in %q", open)
	}
	if open := unknowns(p.Change(t, "acl_flow.f").Change.AfterUnknown, ""); len(open) > 0 {
		t.Errorf("the flow is open in %q", open)
	}
	if n := len(b.server.Requests()); n > 0 {
		t.Errorf("%d requests", n)
	}
	b.Apply(0)
	b.Settled()
	b.wrote(4, 1)

	t.Log("replacing the resource replaces nothing in AlgoSec")
	b.server.CloseTickets()
	b.Apply(0, "-replace=acl_application.billing")
	b.Settled()
	b.wrote(0, 1)

	t.Log("nothing is there to log in with")
	b.Env = append(b.Env, "ALGOSEC_PASSWORD=", "ALGOSEC_USERNAME=")
	contains(t, b.Plan(1), "Unable to use AlgoSec", "username is missing", "ALGOSEC_USERNAME", "password is missing")
}

// Flows on their own share a draft, and ask rulesets too where they name any.
func TestAccAlgosecFlows(t *testing.T) {
	t.Parallel()
	b := newBench(t, `
-- main.tf --
variable "ca" { type = string }
provider "acl" {
  rulesets = { edge = { content = "[{\"name\": \"no db\", \"dst_port\": \"tcp/3306\", \"action\": \"deny\"}]" } }
  algosec  = { ca_certificate = var.ca }
}
resource "acl_flow" "own" {
  for_each     = { ssh = "tcp/22", mail = "tcp/25", name = "udp/53" }
  target       = "algosec"
  application  = "Billing"
  name         = each.key
  sources      = ["10.20.1.7"]
  destinations = ["10.30.1.1"]
  services     = [each.value]
}
resource "acl_flow" "database" {
  target       = "algosec"
  application  = "Billing"
  name         = "database"
  sources      = ["10.30.1.1"]
  destinations = ["10.30.1.10"]
  services     = ["tcp/3306"]
  rulesets     = ["edge"]
}
`)
	b.Apply(0)
	if n := len(b.server.Tickets()); n != 1 {
		t.Fatalf("%d change requests", n)
	}
	b.flows("database", "mail", "name", "ssh", "theirs", "web")
	b.Settled()
	b.server.CloseTickets()
	contains(t, b.Plan(2), `status = "blocked" -> "allowed"`, `ruleset = "edge"`, "1 to change", "BLOCKED database")
	contains(t, b.Apply(1), `Flow "Billing/database" is not allowed`, `"no db"`)

	b.server.ForgetRequests()
	b.Run(0, "destroy")
	if n := len(b.server.Tickets()); n != 2 {
		t.Errorf("%d change requests", n)
	}
	b.flows("theirs", "web")
}

// Credentials of the environment go to the environment's server, verified with its
// certificates, and nowhere else, whatever the configuration says.
func TestAccAlgosecCredentialsStay(t *testing.T) {
	t.Parallel()
	elsewhere := algosectest.New(t)
	for name, tt := range map[string]struct {
		server, wants string
	}{
		"another server":     {`url = "` + elsewhere.URL + `"`, "url is set in the configuration, and username and password not"},
		"another server all": {`url = "` + elsewhere.URL + `", insecure_skip_verify = true, username = "terraform"`, "insecure_skip_verify is set in the configuration, and password not"},
		"no verification":    {`insecure_skip_verify = true`, "the certificate (PEM) of the server's authority in the environment variable ALGOSEC_CA_CERTIFICATE"},
		"another authority":  {`ca_certificate = "-----BEGIN CERTIFICATE-----"`, "set username and password beside ca_certificate"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t, strings.Replace(algosecConfig, "ca_certificate = var.ca", tt.server, 1))
			contains(t, b.Apply(1), "Unable to use AlgoSec", tt.wants)
			if n := len(b.server.Requests()) + len(elsewhere.Requests()); n > 0 {
				t.Errorf("%d requests", n)
			}
		})
	}
	t.Run("own credentials", func(t *testing.T) {
		t.Parallel()
		own := algosectest.New(t)
		b := newBench(t, strings.Replace(algosecConfig, "ca_certificate = var.ca",
			"url = \""+own.URL+"\"\n    ca_certificate = var.ca\n    username = \"terraform\"\n    password = \"guess\"", 1))
		contains(t, b.Plan(1), "the server refuses the user name or the password")
		if n, m := len(b.server.Requests()), len(own.Requests()); n != 0 || m != 1 {
			t.Errorf("%d requests to the environment's server, %d to the other", n, m)
		}
	})
}

// The password may be ephemeral: it is then not even in a plan file.
func TestAccAlgosecEphemeralPassword(t *testing.T) {
	t.Parallel()
	b := newBench(t, strings.Replace(algosecConfig, "ca_certificate = var.ca",
		"ca_certificate = var.ca\n    username = \"terraform\"\n    password = var.password", 1))
	b.Write("password.tf", "variable \"password\" {\n  type      = string\n  sensitive = true\n  ephemeral = true\n}\n")
	b.Env = append(b.Env, "TF_VAR_password="+algosectest.Password, "ALGOSEC_PASSWORD=")
	if out, exit := b.Try("validate"); exit != 0 && strings.Contains(out, `"ephemeral"`) {
		t.Skip("ephemeral values came with Terraform 1.10")
	}
	b.Run(2, "plan", "-input=false", "-detailed-exitcode", "-out=saved")
	b.Run(0, "apply", "saved")
	b.Settled()
}
