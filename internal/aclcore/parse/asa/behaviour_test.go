package asa_test

import (
	"os"
	"testing"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/parse/asa"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/parse/internal/parsetest"
)

func TestBehaviour(t *testing.T) { parsetest.Run(t, asa.Parse, os.WriteFile) }
