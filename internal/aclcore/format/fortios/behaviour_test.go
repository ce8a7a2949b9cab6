package fortios_test

import (
	"os"
	"testing"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/fortios"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/parsetest"
)

func TestBehaviour(t *testing.T) { parsetest.Run(t, fortios.Parse, os.WriteFile) }

func TestVariants(t *testing.T) { parsetest.Variants(t, fortios.Parse, os.WriteFile) }
