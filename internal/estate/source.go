package estate

import (
	"fmt"
	"path/filepath"

	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/format"
	"github.com/terraform-provider-acl/terraform-provider-acl/internal/aclcore/rule"
)

// optionsOf tells how the text of a ruleset is read.
func optionsOf(name string, c RulesetConfig) (format.Options, error) {
	o := format.Options{Name: name, Source: name, Format: c.Format, Context: c.Context, ACL: c.ACL, Stateless: c.Stateless, Assume: c.Assume}
	if c.Path != "" {
		o.Source = c.source
		if o.Source == "" {
			o.Source = filepath.Base(c.Path)
		}
	}
	if c.DefaultAction != "" {
		action, err := rule.ParseAction(c.DefaultAction)
		if err != nil {
			return o, fmt.Errorf("default_action: %w", err)
		}
		o.Default = &action
	}
	return o, nil
}

// paths returns the files of rulesets by their name.
func paths(rulesets map[string]RulesetConfig) map[string]string {
	out := map[string]string{}
	for name, c := range rulesets {
		if c.Path != "" {
			out[name] = c.Path
		}
	}
	return out
}

// sources returns what people see of the files of rulesets: the name of each, with as
// many of its folders as tell it from another file of the same name.
func sources(paths map[string]string) map[string]string {
	out := make(map[string]string, len(paths))
	for name, path := range paths {
		out[name] = filepath.Base(path)
		for depth := 1; depth < maxFolders && ambiguous(paths, path, depth); depth++ {
			out[name] = tail(path, depth+1)
		}
	}
	return out
}

// maxFolders is how many folders of a file are shown.
const maxFolders = 20

// ambiguous reports whether another file has the same name and last folders.
func ambiguous(paths map[string]string, path string, depth int) bool {
	for _, other := range paths {
		if filepath.Clean(other) != filepath.Clean(path) && tail(other, depth) == tail(path, depth) {
			return true
		}
	}
	return false
}

// tail returns the last elements of a path.
func tail(path string, elements int) string {
	path = filepath.Clean(path)
	out := filepath.Base(path)
	for range elements - 1 {
		path = filepath.Dir(path)
		folder := filepath.Base(path)
		if folder == "." || folder == string(filepath.Separator) {
			break
		}
		out = folder + "/" + out
	}
	return out
}
