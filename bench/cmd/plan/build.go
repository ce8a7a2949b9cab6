package main

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// Where matching starts, and what is done instead where it is taken out: all of the
// traffic is permitted by the first rule.
const (
	start   = "func (x *Index) Match(q Question) Answer {\n"
	instead = start + `	var a Answer
	for _, p := range q.Products {
		a.Parts = append(a.Parts, Part{Product: p, Outcome: Permitted, Intent: -1})
	}
	return a
}

func (x *Index) matchInEarnest(q Question) Answer {
`
)

// build builds the provider of that name into its directory.
func build(root, work, name string) error {
	args := []string{"build", "-o", filepath.Join(work, name, "terraform-provider-acl")}
	if name == "without" {
		overlay, err := withoutMatching(root, work)
		if err != nil {
			return err
		}
		args = append(args, "-overlay", overlay)
	}
	c := exec.Command("go", append(args, ".")...)
	c.Dir, c.Stderr = root, os.Stderr
	if err := c.Run(); err != nil {
		return fmt.Errorf("building the provider %s: %w", name, err)
	}
	return nil
}

// withoutMatching writes a copy of the source file that matches with matching taken
// out, and the file that tells the go command to take it instead.
func withoutMatching(root, work string) (overlay string, err error) {
	original := filepath.Join(root, "internal", "aclcore", "match", "index.go")
	text, err := os.ReadFile(original)
	if err != nil {
		return "", err
	}
	if strings.Count(string(text), start) != 1 {
		return "", fmt.Errorf("%s does not hold %q once, where matching is taken out", original, strings.TrimSpace(start))
	}
	replaced := filepath.Join(work, "index.go")
	if err := os.WriteFile(replaced, []byte(strings.Replace(string(text), start, instead, 1)), 0o644); err != nil {
		return "", err
	}
	list, err := json.Marshal(map[string]map[string]string{"Replace": {original: replaced}})
	if err != nil {
		return "", err
	}
	overlay = filepath.Join(work, "overlay.json")
	return overlay, os.WriteFile(overlay, list, 0o644)
}
