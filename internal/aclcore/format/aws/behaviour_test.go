package aws_test

import (
	"os"
	"testing"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/aws"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/parsetest"
)

func TestBehaviour(t *testing.T) { parsetest.Run(t, aws.Parse, os.WriteFile) }
