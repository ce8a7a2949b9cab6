package junos_test

import (
	"os"
	"testing"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/junos"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format/kit/parsetest"
)

func TestBehaviour(t *testing.T) { parsetest.Run(t, junos.Parse, os.WriteFile) }

// TestCases: texts that were written to mislead the reader.
func TestCases(t *testing.T) { parsetest.Cases(t, junos.Parse, os.WriteFile) }
