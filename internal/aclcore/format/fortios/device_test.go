package fortios_test

import (
	"os"
	"testing"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/fortios"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/parsetest"
)

// TestHasDevice asks odd texts, and compares with what a FortiGate does.
func TestHasDevice(t *testing.T) { parsetest.HasDevice(t, fortios.Parse, os.WriteFile) }
