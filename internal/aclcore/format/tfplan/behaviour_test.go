package tfplan_test

import (
	"os"
	"testing"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/parsetest"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/tfplan"
)

func TestBehaviour(t *testing.T) { parsetest.Run(t, tfplan.Parse, os.WriteFile) }
