package aws_test

import (
	"os"
	"testing"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/parse/aws"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/parse/internal/parsetest"
)

func TestBehaviour(t *testing.T) { parsetest.Run(t, aws.Parse, os.WriteFile) }
