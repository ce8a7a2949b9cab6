package iptables_test

import (
	"os"
	"testing"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/parse/internal/parsetest"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/parse/iptables"
)

func TestBehaviour(t *testing.T) { parsetest.Run(t, iptables.Parse, os.WriteFile) }
