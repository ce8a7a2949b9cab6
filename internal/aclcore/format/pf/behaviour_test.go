package pf_test

import (
	"os"
	"testing"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/parsetest"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/pf"
)

func TestBehaviour(t *testing.T) { parsetest.Run(t, pf.Parse, os.WriteFile) }

func TestVariants(t *testing.T) { parsetest.Variants(t, pf.Parse, os.WriteFile) }
