package nftables_test

import (
	"os"
	"testing"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/parse/internal/parsetest"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/parse/nftables"
)

func TestBehaviour(t *testing.T) { parsetest.Run(t, nftables.Parse, os.WriteFile) }
