// Command gen makes protocols.txt and ports.txt, the tables that package iana
// embeds, from the registries in the shared reference data (reference/iana, found
// by ACL_SHARED_DIR, default "shared" beside the repository root). Where that
// data is absent the committed tables stay as they are.
//
// It runs in the directory of package iana, as go generate does.
package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "iana:", err)
		os.Exit(1)
	}
}

func run() error {
	dir, err := sourceDir()
	if err != nil {
		return err
	}
	if _, err := os.Stat(dir); errors.Is(err, fs.ErrNotExist) {
		fmt.Printf("iana: %s is not here: the committed tables stay as they are (ACL_SHARED_DIR names the shared data)\n", dir)
		return nil
	}
	tables := []struct {
		source, target string
		build          func(name string, csv []byte) ([]byte, error)
		text           []byte
	}{
		{source: "protocol-numbers.csv", target: "protocols.txt", build: protocolTable},
		{source: "service-names.csv", target: "ports.txt", build: portTable},
	}
	// Nothing is written before everything is read, so that the two tables are
	// never of different states.
	for i := range tables {
		t := &tables[i]
		csv, err := os.ReadFile(filepath.Join(dir, t.source))
		if err != nil {
			return err
		}
		if t.text, err = t.build(t.source, csv); err != nil {
			return err
		}
	}
	for _, t := range tables {
		if err := os.WriteFile(t.target, t.text, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// sourceDir reports where the registries should be. A relative ACL_SHARED_DIR is
// taken from the repository root.
func sourceDir() (string, error) {
	wd, err := os.Getwd()
	if err != nil {
		return "", err
	}
	root := wd
	for {
		if _, err := os.Stat(filepath.Join(root, "go.mod")); err == nil {
			break
		}
		if root == filepath.Dir(root) {
			return "", fmt.Errorf("no go.mod in %s or above", wd)
		}
		root = filepath.Dir(root)
	}
	shared := os.Getenv("ACL_SHARED_DIR")
	switch {
	case shared == "":
		shared = filepath.Join(root, "..", "shared")
	case !filepath.IsAbs(shared):
		shared = filepath.Join(root, shared)
	}
	return filepath.Join(shared, "reference", "iana"), nil
}
