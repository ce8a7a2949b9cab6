// Package testshared finds the outside data that some tests read: rulesets of
// real estates, IANA registries, conformance cases. None of it is kept in this
// repository, so a test that needs it is skipped where it is absent.
package testshared

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
)

// EnvDir names the environment variable that says where the data is. A relative
// value is taken from the repository root, not from the package under test.
const EnvDir = "ACL_SHARED_DIR"

// Dir returns the absolute path of a file or directory of the shared data, for
// example Dir(t, "reference", "iana"). Without EnvDir the data is expected in
// "shared", beside the repository root. The test is skipped if there is no such
// path, and fails if EnvDir is set but its directory does not exist: a data
// directory that was asked for and mistyped must not look like a pass.
func Dir(t testing.TB, elem ...string) string {
	t.Helper()
	wd, err := os.Getwd()
	if err != nil {
		t.Fatalf("shared test data: %v", err)
	}
	root, err := moduleRoot(wd)
	if err != nil {
		t.Fatalf("shared test data: %v", err)
	}
	shared, err := sharedDir(root, os.Getenv(EnvDir))
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(append([]string{shared}, elem...)...)
	if _, err := os.Stat(path); err != nil {
		t.Skipf("shared test data %s is not here; set %s to the directory that holds it", path, EnvDir)
	}
	return path
}

// sharedDir resolves env, the value of EnvDir, against the repository root.
func sharedDir(root, env string) (string, error) {
	if env == "" {
		return filepath.Join(filepath.Dir(root), "shared"), nil
	}
	dir := env
	if !filepath.IsAbs(dir) {
		dir = filepath.Join(root, dir)
	}
	info, err := os.Stat(dir)
	if err != nil {
		return "", fmt.Errorf("%s=%s: %w", EnvDir, env, err)
	}
	if !info.IsDir() {
		return "", fmt.Errorf("%s=%s: not a directory", EnvDir, env)
	}
	return dir, nil
}

// moduleRoot walks up from dir to the directory that holds go.mod.
func moduleRoot(dir string) (string, error) {
	for d := dir; ; d = filepath.Dir(d) {
		_, err := os.Stat(filepath.Join(d, "go.mod"))
		if err == nil {
			return d, nil
		}
		if !errors.Is(err, fs.ErrNotExist) {
			return "", err
		}
		if d == filepath.Dir(d) {
			return "", fmt.Errorf("no go.mod in %s or above", dir)
		}
	}
}
