package provider

import (
	"bytes"
	"context"
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/algosec/algosectest"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/terraformtest"
)

// killedAt runs an apply and kills it, provider or terraform, when the server gets a
// request that matches, after or before it is executed.
func (b *bench) killedAt(victim, verb string, match func(algosectest.Request) bool, executed bool) {
	b.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), terraformtest.CommandTimeout)
	defer cancel()
	cmd := b.Command(ctx, verb)
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	arrived, dead := make(chan struct{}), make(chan struct{})
	hold := func() {
		close(arrived)
		<-dead
	}
	fault := algosectest.Fault{Match: match, Drop: true, Before: hold}
	if executed {
		// The next one is held, whatever it is, when this one is done.
		reached := false
		fault.Match = func(r algosectest.Request) bool {
			was := reached
			reached = reached || match(r)
			return was
		}
	}
	b.server.Inject(fault)
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	select {
	case <-arrived:
	case err := <-ended:
		close(dead)
		b.Fatalf("ended before the request: %v\n%s", err, out.String())
	}
	providers := children(b, cmd.Process.Pid)
	if victim == "terraform" {
		_ = cmd.Process.Kill()
	}
	for _, pid := range providers {
		if p, err := os.FindProcess(pid); err == nil {
			_ = p.Kill()
		}
	}
	if err := <-ended; err == nil {
		b.Errorf("%s was killed and ended well\n%s", victim, out.String())
	}
	close(dead)
	b.server.ClearFaults()
}

// unlock takes away the lock of a terraform that was killed.
func (b *bench) unlock() {
	b.Helper()
	if err := os.RemoveAll(b.Path(".terraform.tfstate.lock.info")); err != nil {
		b.Fatal(err)
	}
}

// elsewhere makes the next run one of another machine, which has the state only.
func (b *bench) elsewhere() {
	b.Helper()
	b.unlock()
	if err := os.RemoveAll(b.Path(".terraform")); err != nil {
		b.Fatal(err)
	}
}

// TestAccAlgosecKilled: whoever is killed in the middle of an apply, and wherever the
// next one runs, that one finds what was begun, says so, and makes it good.
func TestAccAlgosecKilled(t *testing.T) {
	t.Parallel()
	isNew := func(r algosectest.Request) bool { return strings.HasSuffix(r.Path, "/flows/new") }
	isApply := func(r algosectest.Request) bool { return strings.HasSuffix(r.Path, "/apply") }
	isDelete := func(r algosectest.Request) bool { return r.Method == http.MethodDelete }
	for name, tt := range map[string]struct {
		victim   string
		update   bool
		match    func(algosectest.Request) bool
		executed bool
		moved    bool // the next apply runs without what is in .terraform
		plan     string
	}{
		"create, all is written":               {victim: "provider", match: isNew, executed: true, plan: "The apply goes on with revision 402"},
		"create, terraform":                    {victim: "terraform", match: isNew, executed: true, plan: "The apply goes on with revision 402"},
		"create, is applied":                   {victim: "provider", match: isApply, executed: true, plan: "A change request is open"},
		"update, nothing is written":           {victim: "provider", update: true, match: isDelete, plan: "TO CHANGE      database"},
		"update, all is written":               {victim: "terraform", update: true, match: isNew, executed: true, plan: "The apply goes on with revision 403"},
		"update, elsewhere, a flow is deleted": {victim: "terraform", update: true, match: isNew, moved: true, plan: "The apply goes on with revision 403"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t, algosecConfig)
			tickets := 1
			if tt.update {
				b.Apply(0)
				b.server.CloseTickets()
				b.Apply(0)
				b.Edit("main.tf", `["tcp/3306"]`, `["tcp/3307"]`)
				tickets++
			}
			b.killedAt(tt.victim, "apply", tt.match, tt.executed)
			b.unlock()
			if tt.moved {
				b.elsewhere()
			}
			contains(t, b.Plan(2), tt.plan)
			b.Apply(0)
			b.flows("database", "theirs", "web")
			b.Settled()
			app, _ := b.server.Application("Billing")
			if n := len(b.server.Tickets()); n != tickets || app.Status != algosectest.Pending {
				t.Errorf("%d change requests, %s", n, app.Status)
			}
		})
	}
	t.Run("create, elsewhere", func(t *testing.T) {
		t.Parallel()
		b := newBench(t, algosecConfig)
		b.killedAt("provider", "apply", isNew, true)
		b.elsewhere()
		contains(t, b.Plan(2), "IN A DRAFT database", "revision 402, that nobody has applied", "The apply will be refused")
		contains(t, b.Apply(1), "somebody else began this draft", `foreign_drafts = "include"`)
		b.Edit("main.tf", "ca_certificate = var.ca", "ca_certificate = var.ca\n    foreign_drafts = \"include\"")
		b.Apply(0)
		b.Settled()
	})
	t.Run("destroy", func(t *testing.T) {
		t.Parallel()
		b := newBench(t, algosecConfig)
		b.Apply(0)
		b.server.CloseTickets()
		b.Apply(0)
		b.killedAt("terraform", "destroy", isDelete, true)
		b.elsewhere()
		b.Run(0, "destroy")
		b.flows("theirs")
		if n := len(b.server.Tickets()); n != 2 {
			t.Errorf("%d change requests", n)
		}
	})
}

// TestAccAlgosecEmptyReplies: a list of flows that comes back null is no empty list.
func TestAccAlgosecEmptyReplies(t *testing.T) {
	t.Parallel()
	b := newBench(t, algosecConfig)
	b.Apply(0)
	b.server.CloseTickets()
	b.Apply(0)
	isList := func(r algosectest.Request) bool {
		return r.Method == http.MethodGet && strings.HasSuffix(r.Path, "/flows")
	}
	for skip := range 2 { // on refresh, and in the destroy itself
		b.server.Inject(algosectest.Fault{Match: isList, Skip: skip, Times: -1, Body: "null"})
		contains(t, b.Run(1, "destroy"), "the reply is null, where a list or an object belongs")
		b.server.ClearFaults()
		b.flows("database", "theirs", "web")
	}
	b.Run(0, "destroy")
	b.flows("theirs")
}

// TestAccAlgosecStrangeEdit: what somebody adds just before the apply is told.
func TestAccAlgosecStrangeEdit(t *testing.T) {
	t.Parallel()
	b := newBench(t, algosecConfig)
	b.server.Inject(algosectest.Fault{Match: func(r algosectest.Request) bool { return strings.HasSuffix(r.Path, "/apply") }, Pass: true,
		Before: func() { b.server.PutFlow("Billing", serverFlow("late", "10.99.0.2", "10.30.1.1", "TCP/22")) }})
	contains(t, b.Apply(0), "somebody else's edit went along", `flow "late" was added`, "change request 5301")
}
