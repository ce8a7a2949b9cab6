package panos_test

import (
	"os"
	"testing"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/parsetest"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/panos"
)

func TestBehaviour(t *testing.T) { parsetest.Run(t, panos.Parse, os.WriteFile) }
