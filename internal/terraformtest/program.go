package terraformtest

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/about"
)

// A Terraform is the program that tests run.
type Terraform struct {
	Path string // empty if there is none
	Tofu bool   // OpenTofu, which words and orders some of what it prints in its own way
}

// Program is the terraform or tofu that [Main] has found.
var Program Terraform

// module is the path of the provider's main package.
const module = "github.com/terraform-provider-acl/terraform-provider-acl"

// BuiltDir is the directory of the provider's binary; empty until the first
// [Workspace] was made.
var BuiltDir string

// Main runs the tests of a package, for its TestMain to exit with what is returned.
// The caller's Terraform settings are taken out of the environment, as
// scripts/terraform-env does.
func Main(m *testing.M) (code int) {
	flag.Parse()
	found, err := findTerraform()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
	}
	Program = found
	isolate()
	code = m.Run()
	if BuiltDir != "" {
		if err := os.RemoveAll(BuiltDir); err != nil {
			fmt.Fprintln(os.Stderr, err)
		}
	}
	return code
}

// Need skips the test where there is no terraform to run.
func Need(t testing.TB) {
	t.Helper()
	if Program.Path == "" {
		t.Skip("there is no terraform or tofu on PATH; put one there, or set TERRAFORM to its path")
	}
}

// findTerraform looks where scripts/terraform-path does, but fetches nothing.
func findTerraform() (Terraform, error) {
	for _, name := range []string{os.Getenv("TF_ACC_TERRAFORM_PATH"), os.Getenv("TERRAFORM"), "terraform", "tofu"} {
		if name == "" {
			continue
		}
		path, err := exec.LookPath(name)
		if err != nil {
			continue
		}
		version := exec.Command(path, "version")
		// A configuration of the caller that is not there would be an error already.
		version.Env = append(os.Environ(), "TF_CLI_CONFIG_FILE="+os.DevNull, "CHECKPOINT_DISABLE=1")
		out, err := version.Output()
		if err != nil {
			return Terraform{}, fmt.Errorf("%s version: %w", path, err)
		}
		return Terraform{path, bytes.HasPrefix(out, []byte("OpenTofu"))}, nil
	}
	return Terraform{}, nil
}

// isolate takes the caller's Terraform settings out of the environment, and leads
// terraform-plugin-testing to the program that was found: it would download one, or
// end the whole test process.
func isolate() {
	for _, entry := range os.Environ() {
		name, _, _ := strings.Cut(entry, "=")
		if strings.HasPrefix(name, "TF_") && !strings.HasPrefix(name, "TF_ACC_LOG") && name != "TF_ACC_PERSIST_WORKING_DIR" {
			os.Unsetenv(name) //nolint:errcheck // cannot fail for a name that was listed
		}
	}
	for name, value := range map[string]string{
		"TF_CLI_CONFIG_FILE": os.DevNull, "TF_IN_AUTOMATION": "1", "CHECKPOINT_DISABLE": "1",
		"TF_ACC_TERRAFORM_PATH": Program.Path,
	} {
		os.Setenv(name, value) //nolint:errcheck // cannot fail for these names
	}
	if Program.Tofu {
		os.Setenv("TF_ACC_PROVIDER_HOST", "registry.opentofu.org") //nolint:errcheck // cannot fail for this name
	}
}

// built builds the provider, once in a test process, and returns the path of a CLI
// configuration that leads terraform to it.
var built = sync.OnceValues(func() (config string, err error) {
	dir, err := os.MkdirTemp("", "acl-provider-")
	if err != nil {
		return "", err
	}
	BuiltDir = dir
	binary := filepath.Join(dir, "terraform-provider-acl")
	if runtime.GOOS == "windows" {
		binary += ".exe"
	}
	args := []string{"build", "-o", binary}
	if raceDetector {
		args = append(args, "-race")
	}
	if out, err := exec.Command("go", append(args, module)...).CombinedOutput(); err != nil {
		return "", fmt.Errorf("go build: %w\n%s", err, out)
	}
	address := about.Address
	if Program.Tofu {
		_, rest, _ := strings.Cut(address, "/")
		address = "registry.opentofu.org/" + rest
	}
	text := fmt.Sprintf("provider_installation {\n  dev_overrides {\n    %q = %q\n  }\n  direct {}\n}\n", address, filepath.ToSlash(dir))
	config = filepath.Join(dir, "dev.tfrc")
	return config, os.WriteFile(config, []byte(text), 0o600)
})
