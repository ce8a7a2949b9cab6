package sense_test

import (
	"bytes"
	"os"
	"testing"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/device"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/parsetest"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/sense"
)

// parse reads a text as the system that its root element names.
func parse(in device.Input) (*device.Document, error) {
	system := sense.OPNsense
	if bytes.Contains(in.Content, []byte("<pfsense")) {
		system = sense.PfSense
	}
	return sense.Parse(system, in)
}

func TestBehaviour(t *testing.T) { parsetest.Run(t, parse, os.WriteFile) }
