// Package scripts_test runs the scripts that make's targets rest on.
package scripts_test

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// program is a shell script that stands in for terraform, tofu or go.
func program(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte("#!/bin/sh\n"+text+"\n"), 0o755); err != nil {
		t.Fatal(err)
	}
}

// TestTerraformPath has terraform-path look for a program on machines of all kinds.
func TestTerraformPath(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("needs a shell")
	}
	const (
		fetches = `printf '#!/bin/sh\necho "$1/1.11.4/terraform"\n' >"$5"; chmod +x "$5"`
		fails   = `echo "go: no network" >&2; exit 1`
	)
	for _, c := range []struct {
		name      string
		programs  map[string]string // what they do, by name
		terraform string            // $TERRAFORM
		path      string            // that is printed, below the directory of the machine; none: it fails
		says      []string          // on standard error
	}{
		{"on PATH", map[string]string{"terraform": "echo Terraform v1.11.4"}, "", "bin/terraform", nil},
		{"newer", map[string]string{"terraform": "echo Terraform v2.0.0"}, "", "bin/terraform", nil},
		{"OpenTofu", map[string]string{"tofu": "echo OpenTofu v1.8.0"}, "", "bin/tofu", nil},
		{"both", map[string]string{"terraform": "echo Terraform v1.9.0-rc1", "tofu": "echo OpenTofu v1.9.0"}, "", "bin/terraform", nil},
		{"old terraform", map[string]string{"terraform": "echo Terraform v1.7.5", "tofu": "echo OpenTofu v1.8.0"}, "", "bin/tofu",
			[]string{"passing over ", "/bin/terraform (1.7.5): 1.8 or newer is needed"}},
		{"broken terraform", map[string]string{"terraform": "exit 3", "tofu": "echo OpenTofu v1.8.0"}, "", "bin/tofu", []string{"(version unknown)"}},
		{"TERRAFORM", map[string]string{"terraform": "echo Terraform v1.11.4", "tofu": "echo OpenTofu v1.8.0"}, "tofu", "bin/tofu", nil},
		{"TERRAFORM by path", map[string]string{"mine": "echo Terraform v1.11.4"}, "bin/mine", "bin/mine", nil},
		{"TERRAFORM is not there", map[string]string{"terraform": "echo Terraform v1.11.4"}, "nowhere", "",
			[]string{"TERRAFORM=nowhere is not a program: set it to the path of terraform or tofu, or unset it"}},
		{"TERRAFORM is something else", map[string]string{"mine": "echo no idea"}, "mine", "", []string{"TERRAFORM=mine does not tell its version"}},
		{"TERRAFORM is old", map[string]string{"mine": "echo Terraform v1.7.5"}, "mine", "", []string{"TERRAFORM=mine is version 1.7.5: 1.8 or newer is needed"}},
		{"fetched", map[string]string{"go": fetches}, "", ".cache/terraform/1.11.4/terraform", nil},
		{"fetched for an old one", map[string]string{"go": fetches, "terraform": "echo Terraform v1.7.5"}, "", ".cache/terraform/1.11.4/terraform", []string{"passing over"}},
		{"cannot be fetched", map[string]string{"go": fails}, "", "", []string{"go: no network", "none could be fetched. Do one of these:",
			"install Terraform (https://developer.hashicorp.com/terraform/install)", "set TERRAFORM to the path of a terraform or tofu binary", "allow this machine to reach releases.hashicorp.com"}},
		{"nothing", nil, "", "", []string{"neither terraform, tofu nor go is on PATH: install Go from https://go.dev/dl"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			root, err := filepath.EvalSymlinks(t.TempDir())
			if err != nil {
				t.Fatal(err)
			}
			for _, dir := range []string{"bin", "scripts", "tools", ".cache/bin"} {
				if err := os.MkdirAll(filepath.Join(root, dir), 0o755); err != nil {
					t.Fatal(err)
				}
			}
			for _, name := range []string{"terraform-path", "terraform-env"} {
				text, err := os.ReadFile(name)
				if err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(filepath.Join(root, "scripts", name), text, 0o755); err != nil {
					t.Fatal(err)
				}
			}
			for _, name := range []string{"sh", "cat", "chmod", "dirname", "env", "sed"} {
				path, err := exec.LookPath(name)
				if err != nil {
					t.Skip(err)
				}
				if err := os.Symlink(path, filepath.Join(root, "bin", name)); err != nil {
					t.Fatal(err)
				}
			}
			for name, text := range c.programs {
				program(t, filepath.Join(root, "bin", name), text)
			}

			cmd := exec.Command(filepath.Join(root, "scripts", "terraform-path"))
			cmd.Dir = root
			cmd.Env = []string{"PATH=" + filepath.Join(root, "bin"), "TERRAFORM=" + c.terraform, "TF_CLI_CONFIG_FILE=/nowhere"}
			var said bytes.Buffer
			cmd.Stderr = &said
			out, err := cmd.Output()
			var failed *exec.ExitError
			if err != nil && !errors.As(err, &failed) {
				t.Fatal(err)
			}
			want := ""
			if c.path != "" {
				want = filepath.Join(root, c.path) + "\n"
			}
			if string(out) != want || (err == nil) != (c.path != "") {
				t.Errorf("it prints %q (%v), want %q\n%s", out, err, want, said.String())
			}
			for _, text := range c.says {
				if !strings.Contains(said.String(), text) {
					t.Errorf("no %q in\n%s", text, said.String())
				}
			}
		})
	}
}
