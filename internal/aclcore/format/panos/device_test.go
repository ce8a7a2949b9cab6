package panos_test

import (
	"os"
	"testing"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/parsetest"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/panos"
)

// TestHasDevice asks odd texts, and compares with what a firewall does.
func TestHasDevice(t *testing.T) { parsetest.HasDevice(t, panos.Parse, os.WriteFile) }
