package fortios_test

import (
	"os"
	"testing"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/fortios"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/parsetest"
)

// TestHasDevice asks odd texts, and compares with what a FortiGate does.
func TestHasDevice(t *testing.T) { parsetest.HasDevice(t, fortios.Parse, os.WriteFile) }

// TestBrokenLines breaks lines of commands.
func TestBrokenLines(t *testing.T) {
	parsetest.BrokenLines(t, fortios.Parse, parsetest.Question{List: "policy", From: "lan", To: "wan", Flow: "10.0.0.5 -> 192.0.2.5 tcp/443"})
}
