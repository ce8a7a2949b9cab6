package provider

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
)

// updateFlag makes golden files of what is found; make test-update sets it.
var updateFlag = flag.Bool("update", false, "write what terraform prints into testdata/plans/*.golden")

func TestMain(m *testing.M) {
	flag.Parse()
	found, err := findTerraform()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
	}
	program = found
	isolate()
	code := m.Run()
	if builtDir != "" {
		if err := os.RemoveAll(builtDir); err != nil {
			fmt.Fprintln(os.Stderr, err)
		}
	}
	os.Exit(code)
}

// isolate takes the caller's Terraform settings out of the environment, as
// scripts/terraform-env does, and leads plugin-testing to the program that was
// found: it would download one, or end the whole test process.
func isolate() {
	for _, entry := range os.Environ() {
		name, _, _ := strings.Cut(entry, "=")
		if strings.HasPrefix(name, "TF_") && !strings.HasPrefix(name, "TF_ACC_LOG") && name != "TF_ACC_PERSIST_WORKING_DIR" {
			os.Unsetenv(name) //nolint:errcheck // cannot fail for a name that was listed
		}
	}
	for name, value := range map[string]string{
		"TF_CLI_CONFIG_FILE": os.DevNull, "TF_IN_AUTOMATION": "1", "CHECKPOINT_DISABLE": "1",
		"TF_ACC_TERRAFORM_PATH": program.path,
	} {
		os.Setenv(name, value) //nolint:errcheck // cannot fail for these names
	}
	if program.tofu {
		os.Setenv("TF_ACC_PROVIDER_HOST", "registry.opentofu.org") //nolint:errcheck // cannot fail for this name
	}
}
