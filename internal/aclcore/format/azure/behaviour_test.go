package azure_test

import (
	"os"
	"testing"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/azure"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/parsetest"
)

func TestBehaviour(t *testing.T) { parsetest.Run(t, azure.Parse, os.WriteFile) }

func TestVariants(t *testing.T) { parsetest.Variants(t, azure.Parse, os.WriteFile) }
