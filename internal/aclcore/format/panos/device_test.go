package panos_test

import (
	"os"
	"testing"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/parsetest"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/panos"
)

// TestHasDevice asks odd texts, and compares with what a firewall does.
func TestHasDevice(t *testing.T) { parsetest.HasDevice(t, panos.Parse, os.WriteFile) }

// TestBrokenLines breaks lines of set commands.
func TestBrokenLines(t *testing.T) {
	parsetest.BrokenLines(t, panos.Parse, parsetest.Question{List: "security", From: "trust", To: "dmz", Flow: "10.0.0.5 -> 192.0.2.5 tcp/443"})
}
