package tfplan_test

import (
	"os"
	"testing"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/parse/internal/parsetest"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/parse/tfplan"
)

func TestBehaviour(t *testing.T) { parsetest.Run(t, tfplan.Parse, os.WriteFile) }
