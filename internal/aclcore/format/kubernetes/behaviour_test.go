package kubernetes_test

import (
	"os"
	"testing"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/parsetest"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kubernetes"
)

func TestBehaviour(t *testing.T) { parsetest.Run(t, kubernetes.Parse, os.WriteFile) }

func TestVariants(t *testing.T) { parsetest.Variants(t, kubernetes.Parse, os.WriteFile) }
