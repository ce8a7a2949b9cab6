package junos_test

import (
	"os"
	"testing"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/junos"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/parsetest"
)

func TestBehaviour(t *testing.T) { parsetest.Run(t, junos.Parse, os.WriteFile) }
