// Terraform-install fetches the Terraform that this repository is tested with,
// for machines that have none, and prints the path of the binary.
//
//	terraform-install DIR
//
// The binary is kept in DIR/<version>; what is there already is not fetched again.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"

	"github.com/hashicorp/go-version"
	"github.com/hashicorp/hc-install/product"
	"github.com/hashicorp/hc-install/releases"
)

// terraformVersion is pinned because the golden plans quote Terraform's wording.
const terraformVersion = "1.11.4"

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: terraform-install DIR")
		os.Exit(2)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()

	path, err := install(ctx, os.Args[1])
	if err != nil {
		fmt.Fprintf(os.Stderr, "terraform-install: Terraform %s could not be fetched: %v\n", terraformVersion, err)
		os.Exit(1)
	}
	fmt.Println(path)
}

// install returns the path of the pinned Terraform below dir. A download goes to
// a directory of its own that is renamed when it is whole, so that neither an
// interrupted run nor a concurrent one leaves half a binary behind.
func install(ctx context.Context, dir string) (string, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return "", err
	}
	final := filepath.Join(dir, terraformVersion)
	binary := filepath.Join(final, product.Terraform.BinaryName())
	if present(binary) {
		return binary, nil
	}

	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", err
	}
	partial, err := os.MkdirTemp(dir, "partial-")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(partial) //nolint:errcheck // what stays behind is in the cache directory, and harmless

	fmt.Fprintf(os.Stderr, "fetching Terraform %s from releases.hashicorp.com\n", terraformVersion)
	release := releases.ExactVersion{
		Product:    product.Terraform,
		Version:    version.Must(version.NewVersion(terraformVersion)),
		InstallDir: partial,
	}
	if _, err := release.Install(ctx); err != nil {
		return "", err
	}
	// MkdirTemp's directory is private to this user; the cache need not be.
	if err := os.Chmod(partial, 0o755); err != nil {
		return "", err
	}
	if err := os.Rename(partial, final); err != nil && !present(binary) {
		return "", err
	}
	return binary, nil
}

// present reports whether path is there. Any doubt counts as no: the download
// that follows will meet the same trouble and say what it is.
func present(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}
