package checkpoint_test

import (
	"os"
	"testing"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/checkpoint"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/parsetest"
)

func TestBehaviour(t *testing.T) { parsetest.Run(t, checkpoint.Parse, os.WriteFile) }

// TestCases: texts that were written to mislead the reader.
func TestCases(t *testing.T) { parsetest.Cases(t, checkpoint.Parse, os.WriteFile) }
