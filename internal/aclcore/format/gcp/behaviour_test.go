package gcp_test

import (
	"os"
	"testing"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/gcp"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/parsetest"
)

func TestBehaviour(t *testing.T) { parsetest.Run(t, gcp.Parse, os.WriteFile) }

func TestVariants(t *testing.T) { parsetest.Variants(t, gcp.Parse, os.WriteFile) }
