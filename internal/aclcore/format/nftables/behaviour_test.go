package nftables_test

import (
	"os"
	"testing"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/parsetest"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/nftables"
)

func TestBehaviour(t *testing.T) { parsetest.Run(t, nftables.Parse, os.WriteFile) }
