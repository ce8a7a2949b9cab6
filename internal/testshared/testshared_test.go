package testshared

import (
	"os"
	"path/filepath"
	"testing"
)

func TestDir(t *testing.T) {
	shared := t.TempDir()
	if err := os.MkdirAll(filepath.Join(shared, "reference", "iana"), 0o755); err != nil {
		t.Fatal(err)
	}
	t.Setenv(EnvDir, shared)

	if got, want := Dir(t), shared; got != want {
		t.Errorf("Dir() = %s, want %s", got, want)
	}
	if got, want := Dir(t, "reference", "iana"), filepath.Join(shared, "reference", "iana"); got != want {
		t.Errorf("Dir(reference, iana) = %s, want %s", got, want)
	}

	var skipped bool
	t.Run("absent", func(t *testing.T) {
		defer func() { skipped = t.Skipped() }()
		Dir(t, "no-such-thing")
	})
	if !skipped {
		t.Error("Dir of an absent path did not skip the test")
	}
}

func TestSharedDir(t *testing.T) {
	root := filepath.Join(t.TempDir(), "repo")
	data := filepath.Join(root, "data")
	if err := os.MkdirAll(data, 0o755); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(root, "go.mod")
	if err := os.WriteFile(file, nil, 0o644); err != nil {
		t.Fatal(err)
	}

	for _, tt := range []struct{ env, want string }{
		{"", filepath.Join(filepath.Dir(root), "shared")}, // the default need not exist
		{data, data},
		{"data", data},
		{"./data/../data", data},
		{file, ""},
		{"mistyped", ""},
	} {
		got, err := sharedDir(root, tt.env)
		if got != tt.want || (err == nil) != (tt.want != "") {
			t.Errorf("sharedDir(%q) = %q, %v; want %q", tt.env, got, err, tt.want)
		}
	}
}

func TestModuleRoot(t *testing.T) {
	root := t.TempDir()
	deep := filepath.Join(root, "a", "b")
	if err := os.MkdirAll(deep, 0o755); err != nil {
		t.Fatal(err)
	}
	if got, err := moduleRoot(deep); err == nil {
		t.Skipf("%s lies inside a module (%s)", deep, got)
	}
	if err := os.WriteFile(filepath.Join(root, "go.mod"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	for _, dir := range []string{root, deep} {
		if got, err := moduleRoot(dir); err != nil || got != root {
			t.Errorf("moduleRoot(%s) = %q, %v; want %q", dir, got, err, root)
		}
	}
}
