package examples_test

import (
	"encoding/json"
	"encoding/pem"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/live"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/terraformtest"
)

// tools are what the example's commands find in PATH in place of the vendors' tools: each
// takes the arguments that the real one takes, and prints a text of that vendor.
var tools = map[string]string{
	"ssh": `case "$*" in
*"-o BatchMode=yes "*" -l terraform asa.example.com") grep -q "show running-config" && cat formats/cisco_asa/asa.cfg ;;
*" r1.example.com show running-config") cat formats/cisco_ios/router.cfg ;;
*" srx.example.com show configuration | display inheritance | no-more") cat formats/junos/srx.conf ;;
*" fortigate.example.com show") cat formats/fortios/fortigate.conf ;;
*) exit 255 ;;
esac`,
	"aws": `case "$AWS_REGION $*" in
"eu-central-1 ec2 describe-security-groups") cat formats/aws/security-groups.json ;;
"eu-central-1 ec2 describe-network-interfaces") echo '{"NetworkInterfaces": []}' ;;
*) exit 252 ;;
esac`,
	"az": `[ "$*" = "network nsg list --resource-group shop --output json" ] && cat formats/azure/nsg.json`,
	"gcloud": `case "$*" in
"compute networks get-effective-firewalls shop --format=json") cat formats/gcp/effective.json ;;
"compute networks list --format=json") echo '[]' ;;
*) exit 1 ;;
esac`,
	"mgmt_cli":         `[ "$1 $3 $4 $6" = "-s show access-rulebase Network" ] && cat formats/checkpoint/policy.json`,
	"kubectl":          `[ "$*" = "get networkpolicies,namespaces,pods --all-namespaces --output json" ] && cat formats/kubernetes/cluster.yaml`,
	"python3":          `[ "$1 $2 $3 $NAPALM_USERNAME $NAPALM_PASSWORD" = "napalm_config.py ios r2.example.com terraform secret" ] && cat formats/cisco_ios/router.cfg`,
	"ansible-playbook": `[ "$*" = "--limit r3 fetch.yml" ] && echo "PLAY [all]" && { echo "! Last configuration change at $(date -u '+%H:%M:%S UTC %a %b %e %Y') by admin"; cat formats/cisco_ios/router.cfg; } >"$RUNNER_TEMP/r3.cfg"`,
}

// liveSources reads every source of the example, with tools that stand in for the vendors'.
func liveSources(w *workspace) {
	for name, body := range tools {
		w.Write("bin/"+name, "#!/bin/sh\n"+body+"\n")
		if err := os.Chmod(w.Path("bin/"+name), 0o755); err != nil {
			w.Fatal(err)
		}
	}
	if err := os.CopyFS(w.Path("formats"), os.DirFS("formats")); err != nil {
		w.Fatal(err)
	}
	w.Env = append(w.Env, "PATH="+w.Path("bin")+":"+os.Getenv("PATH"), "AWS_REGION=eu-central-1", "RUNNER_TEMP="+w.Path(""), "NAPALM_PASSWORD=secret")
	w.Run(0, "validate")
	terraformtest.Contains(w, terraformtest.Flatten(w.Run(1, "plan")), "ACL_COMMANDS=allow")

	server := httptest.NewTLSServer(http.HandlerFunc(func(rw http.ResponseWriter, req *http.Request) {
		switch {
		case req.URL.Path == "/api/" && req.URL.Query().Get("action") == "show" && req.Header.Get("X-PAN-KEY") == "key":
			_, _ = io.WriteString(rw, `<response status="success"><result><config version="11.0.0"><devices><entry name="localhost.localdomain">
<vsys><entry name="vsys1"><zone><entry name="wan"/><entry name="dmz"/></zone><rulebase><security><rules>
<entry name="web"><from><member>wan</member></from><to><member>dmz</member></to><source><member>any</member></source>
<destination><member>10.0.1.10</member></destination><service><member>any</member></service><application><member>any</member></application>
<source-user><member>any</member></source-user><category><member>any</member></category><action>allow</action></entry>
</rules></security></rulebase></entry></vsys></entry></devices></config></result></response>`)
		case req.URL.Path == "/node/fetch/r4":
			_, _ = io.WriteString(rw, "! Last configuration change at 10:00:00 UTC Mon Jan 2 2006 by admin\n"+w.Read("formats/cisco_ios/router.cfg"))
		default:
			rw.WriteHeader(http.StatusForbidden)
		}
	}))
	w.Cleanup(server.Close)
	w.Write("main.tf", strings.NewReplacer("https://panos.example.com", server.URL, "https://oxidized.example.com", server.URL).Replace(w.Read("main.tf")))
	headers, err := json.Marshal(map[string]map[string]string{server.URL: {"X-PAN-KEY": "key"}})
	if err != nil {
		w.Fatal(err)
	}
	w.Env = append(w.Env, live.EnvCommands+"="+live.CommandsAllowed, live.EnvHeaders+"="+string(headers),
		live.EnvCACertificate+"="+string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})))
	p := w.plan(2, `-var=ask=["asa","ios","junos","fortios","panos","aws","azure","gcp","checkpoint","kubernetes","napalm","ansible"]`)
	p.output(w, "web", `{"asa": "allowed", "ios": "allowed", "junos": "allowed", "fortios": "allowed", "panos": "allowed", "aws": "allowed", "azure": "allowed", "gcp": "allowed", "checkpoint": "allowed", "kubernetes": "allowed", "napalm": "allowed", "ansible": "allowed"}`)
	terraformtest.Contains(w, terraformtest.Flatten(w.Run(1, "plan", `-var=ask=["oxidized"]`)), "may be too old: by line 1 the configuration was last changed at 2006-01-02 10:00:00 UTC")
}
